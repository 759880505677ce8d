// One HTTP request and its answer, as callers on the loop see it: values, and the seam between them
// and whatever carries the request. Network carries it over connections; tests script it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/address_rules.h"
#include "net/http_head.h"
#include "net/url.h"

namespace net {

enum class Method : std::uint8_t { get, post, delete_ };
std::string_view to_string(Method method);

// Where an origin is and how it is reached: the same for all exchanges with it. Value.
struct Site {
  std::string name;  // for the log
  Url url;           // its target counts for nothing
  std::string user_agent;
  std::string ca_file;       // PEM; trusted besides the system's; empty: none
  std::optional<Url> proxy;  // dialled instead of the site
  // Of all that is dialled. Behind a proxy it is the proxy that is dialled: then names are its
  // business, and only addresses in the url are judged.
  AddressRules rules;
  base::Milliseconds connect_max = std::chrono::seconds(10);  // name, dial, proxy and TLS together
  // What one piece of a compressed answer may unpack to, before any of it is taken.
  std::size_t burst_bytes_max = 16UL * 1024 * 1024;
  std::uint32_t exchanges_max = 1024;  // at the same time; others wait
};
using SitePtr = std::shared_ptr<const Site>;

struct Request {
  Method method = Method::get;
  std::string target = "/";                 // path and query, sent as they are
  std::vector<Header> headers;              // sent to this origin only: no redirect is followed
  std::shared_ptr<const std::string> body;  // null: none
  bool urgent = false;                    // goes before others that wait, and beyond exchanges_max
  bool stream = false;                    // its answer comes slowly and for long: small buffers
  std::size_t body_bytes_max = SIZE_MAX;  // of the answer, decoded
  base::Duration deadline{};              // from start() to the end of the answer; zero: none
  base::Duration silence_max{};           // between two pieces of an answer; zero: none
};

// Why no whole answer came.
enum class Fault : std::uint8_t {
  none,             // the answer came whole
  unresolved,       // the name has no address
  forbidden,        // its address is refused by the site's rules
  refused,          // no connection: `error_number` says why
  connect_timeout,  // the connection was not ready in connect_max
  tls,              // no trust, or no TLS there
  late,             // the deadline is over
  silent,           // nothing came for silence_max
  cut,              // the connection ended before the answer did
  too_large,        // the body is over its limit
  head_too_large,   // head, informational answers, trailers and framing are over theirs
  protocol,         // that is no HTTP
  internal,
};

// How an exchange ended. Value.
struct End {
  Fault fault = Fault::none;
  int error_number = 0;  // errno of `refused`, when it is known
  int proxy_status = 0;  // of `refused`: what the proxy answered instead of connecting
  std::string detail;    // of a fault: what the system, TLS or HTTP said
  bool sent = false;     // the server may have seen the request: sending it again may do it twice
};

// Told what comes, on the loop and never inside HttpClient::start(). It may destroy the exchange,
// and hears nothing more then.
class Sink {
 public:
  virtual ~Sink() = default;
  // The final answer's; once, before any body.
  virtual void on_head(const Head& head) = 0;
  // The next bytes, decoded. The network reads on when they were taken: what a caller has not
  // taken yet is bounded.
  virtual void on_body(std::string_view bytes) = 0;
  // Once, the last one.
  virtual void on_end(End end) = 0;
};

// An exchange under way. Destroying it gives it up: its connection is closed, or its stream in it
// is reset. It never blocks.
class Exchange {
 public:
  virtual ~Exchange() = default;
  Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  // Nothing more is heard of it. Where the answer ends soon by itself its connection is kept for
  // others; otherwise as destroying it.
  virtual void drain() = 0;
};

// The way to one site.
// Threads: the loop thread only.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Exchanges begin in the order they were asked for, urgent ones first; `sink` outlives the
  // exchange. A request that the server may have seen is never sent twice, but for GET.
  virtual std::unique_ptr<Exchange> start(Request request, Sink& sink) = 0;
};

}  // namespace net
