// How an HTTP server of unknown kind is spoken to: first as the stateless protocol, then by
// initialize, then as HTTP+SSE; and what was found is tried first the next time. Tables; pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "net/url.h"
#include "upstream/http/exchange.h"
#include "upstream/lifecycle/failure.h"

namespace upstream {

enum class Rung : std::uint8_t {
  discover,    // POST server/discover, as of 2026-07-28
  streamable,  // POST initialize
  sse,         // GET of an event stream
  settled,     // it speaks: nothing more is tried
  refused,     // it was understood, and cannot be spoken to
  failed,      // no verdict: tried again later, from the same rung
};

// legacy: the user named a revision, so that the stateless protocol is not asked for.
enum class Ladder : std::uint8_t { whole, legacy };
Rung top_of(Ladder ladder);

// What is remembered of a server: "legacy/http", "legacy/sse"; empty: nothing yet.
std::string_view remembered_word(Rung rung);
// The rung to begin with. `remembered` may be any text.
Rung first_rung(std::string_view remembered, Ladder ladder);

// What server/discover was answered with.
enum class DiscoverAnswer : std::uint8_t {
  speaks_legacy,  // a server of 2026-07-28 that also speaks a revision of ours
  modern_only,
  unknown,    // anything an older server may say
  login,      // 401 or 403: no verdict before that
  no_verdict  // no answer of the server at all
};
DiscoverAnswer read_discover_answer(const HttpEnd& end);
Rung after_discover(DiscoverAnswer answer);

// Where to go when `rung` ended with `failure`. `remembered`: the rung was begun with because of an
// earlier time, so that a failure that speaks against it starts from the top.
Rung after_failure(Rung rung, const Failure& failure, bool remembered, Ladder ladder);

// The request and its headers.
inline constexpr std::string_view kDiscoverId = "\"mcptrunk-discover\"";
std::string discover_request();
std::vector<HttpHeader> discover_headers();

Failure modern_only_failure(const Url& at);

}  // namespace upstream
