// What the end of an exchange means: a table of status, content and fault. Pure.
#pragma once
#include <optional>

#include "net/url.h"
#include "upstream/http/exchange.h"
#include "upstream/lifecycle/failure.h"

namespace upstream {

enum class AnswerVerdict : std::uint8_t {
  over,          // all that was to come has come
  deliver,       // the body is the answer
  resume,        // its stream broke off and can be taken up again
  oversized,     // the answer is over the message size limit
  redirect,      // ask again at `location`
  session_lost,  // the server does not know the session any more
  login,         // it wants a login first
  busy,          // it asks to be left alone for failure.retry_after
  unreachable,   // no connection came about: what waits behind it would fare no better
  failed,        // this message failed
};

struct Judgement {
  AnswerVerdict verdict = AnswerVerdict::failed;
  Failure failure;              // of login, busy, unreachable, failed, session_lost
  std::optional<Url> location;  // of redirect
  bool moved_for_good = false;  // of redirect
};

// What was asked. Value.
struct Asked {
  HttpMethod method = HttpMethod::post;
  Url at;
  bool expects_answer = false;  // a JSON-RPC request, not a notification or a response
  bool named_session = false;   // Mcp-Session-Id was sent
};

Judgement judge(const Asked& asked, const HttpEnd& end, base::WallTime now);

}  // namespace upstream
