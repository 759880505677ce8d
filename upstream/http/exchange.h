// One HTTP request and its answer, as the transports on the loop see it: values, and the seam
// between them and whatever carries the request. SiteClient carries it over the network; tests
// script it.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "net/http_client.h"
#include "protocol/sse.h"

namespace upstream {

using net::parse_url;
using net::Url;
using HttpHeader = net::Header;
using HttpMethod = net::Method;

// What an exchange is for: a stream is open for hours, control messages are short and must not wait
// behind calls.
enum class HttpLane : std::uint8_t { stream, control, call };

struct HttpRequest {
  HttpMethod method = HttpMethod::post;
  HttpLane lane = HttpLane::call;
  std::string target;                       // path and query at the site
  std::vector<HttpHeader> headers;          // besides the site's own
  std::shared_ptr<const std::string> body;  // null: none
  std::string raw_id;                       // whose answer is looked for; empty: of nobody
};

struct HttpHead {
  int status = 0;            // 0: none came
  std::string content_type;  // lower case, without parameters
  std::string session_id;    // Mcp-Session-Id
  std::string location;
  std::string retry_after;
  std::string authenticate;  // WWW-Authenticate
};

enum class HttpFault : std::uint8_t {
  none,             // the answer came whole
  unresolved,       // the name has no address
  refused,          // no connection: `error_number` says why
  connect_timeout,  // nobody answered the dial
  tls,              // no trust, or no TLS there
  cut,              // the connection ended before the answer did
  too_large,        // the answer is over the message size limit
  internal,
};

// How an exchange ended. Value.
struct HttpEnd {
  HttpFault fault = HttpFault::none;
  int error_number = 0;  // errno of `refused`
  std::string detail;    // of a fault: what the system or TLS said
  HttpHead head;
  std::string body;       // of an answer that is no event stream; at most the message size limit
  bool answered = false;  // a response with the request's raw_id was in it
  // Of an event stream.
  bool streamed = false;
  std::string last_event_id;
  std::optional<base::Milliseconds> retry;
};

// Told what comes, on the loop and never inside HttpClient::begin(). It may destroy the exchange,
// and hears nothing more then.
class ExchangeListener {
 public:
  virtual ~ExchangeListener() = default;
  // Only of an event stream that was opened: the rest of the answer comes as events.
  virtual void on_head(const HttpHead& head) = 0;
  // `event.oversized`: it was dropped, and `data` is the raw id of the response it was, or empty.
  virtual void on_event(const protocol::SseEvent& event) = 0;
  // Once, the last one.
  virtual void on_end(HttpEnd end) = 0;
};

// An exchange under way. Destroying it abandons it: its connection is closed. It never blocks.
class HttpExchange {
 public:
  virtual ~HttpExchange() = default;
  HttpExchange() = default;
  HttpExchange(const HttpExchange&) = delete;
  HttpExchange& operator=(const HttpExchange&) = delete;
};

// The way to one site. Threads: the loop thread only.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  // Exchanges of one lane begin in the order they were asked for; `listener` outlives the exchange.
  virtual std::unique_ptr<HttpExchange> begin(HttpRequest request, ExchangeListener& listener) = 0;
};

}  // namespace upstream
