#include "upstream/http/http_failure.h"

#include <fmt/format.h>

#include <string_view>

namespace upstream {
namespace {

constexpr std::size_t kShownBytesMax = 200;

Failure network(std::string message, std::string remedy) {
  return {FailureKind::network, 0, std::move(message), std::move(remedy), {}, {}};
}

std::string address_of(const Url& url) {
  return origin_text(url) + url.target.substr(0, url.target.find('?'));
}

// The beginning of a text of the server's, on one line; dots tell that it was cut, perhaps inside a
// secret.
std::string shown(std::string_view text) {
  std::string out(text.substr(0, kShownBytesMax));
  if (text.size() > kShownBytesMax) out += "...";
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7F') c = ' ';
  }
  return out;
}

Failure login_failure(const Url& at, const HttpEnd& end) {
  const std::string challenge =
      end.head.authenticate.empty() ? "" : "; it asks for " + shown(end.head.authenticate);
  return {FailureKind::auth_required,
          end.head.status,
          fmt::format("{} wants a login (HTTP {}{})", origin_text(at), end.head.status, challenge),
          "Put a valid Authorization header into its headers",
          {},
          {}};
}

std::string_view status_remedy(int status) {
  switch (status) {
    case 404:
    case 405:
      return "Check the path of its url: MCP endpoints usually end in /mcp or /sse";
    case 403:
      return "Check its headers: the credentials are not allowed to do this";
    case 406:
    case 415:
      return "Check that its url is an MCP endpoint";
    case 407:
      return "Put user and password into the proxy's url: http://user:password@host:port";
    case 429:
    case 503:
      return "Wait until it takes requests again, or ask whoever runs it";
    default:
      return status >= 500 ? "Look at the server's own log" : "Check its url and headers";
  }
}

}  // namespace

Failure fault_failure(const Url& at, const HttpEnd& end) {
  const std::string origin = origin_text(at);
  switch (end.fault) {
    case HttpFault::unresolved:
      return network(fmt::format("The name in {} cannot be resolved: {}", origin, end.detail),
                     "Check the host in its url, and the name service of this machine");
    case HttpFault::refused: {
      Failure failure = network(
          fmt::format("No connection to {}: {}", origin,
                      end.detail.empty() ? "the dial failed" : std::string_view(end.detail)),
          "Start the server there, or correct host and port in its url");
      failure.detail = end.error_number;
      return failure;
    }
    case HttpFault::connect_timeout: {
      Failure failure = network(fmt::format("Nobody answered the dial at {}", origin),
                                "Check host and port in its url, and firewalls in between");
      failure.kind = FailureKind::connect_timeout;
      return failure;
    }
    case HttpFault::tls:
      return network(fmt::format("TLS with {} failed: {}", origin, end.detail),
                     "For a certificate of your own authority set ca_file; for a server without "
                     "TLS write http:// in its url");
    case HttpFault::too_large:
      return network(fmt::format("The answer of {} is over the message size limit", origin),
                     "If it is meant to be so large, raise limits.message_bytes_max");
    case HttpFault::none:
    case HttpFault::cut:
    case HttpFault::internal:
      break;
  }
  return network(fmt::format("The connection to {} ended before the answer{}{}", origin,
                             end.detail.empty() ? "" : ": ", end.detail),
                 "Try again; look at the server's own log when it happens often");
}

Failure status_failure(const Url& at, HttpMethod method, const HttpEnd& end) {
  const int status = end.head.status;
  if (status == 401 || (status == 403 && !end.head.authenticate.empty())) {
    return login_failure(at, end);
  }
  const bool readable =
      end.head.content_type == "text/plain" || end.head.content_type == "application/json";
  const std::string said = readable && !end.body.empty() ? ": " + shown(end.body) : "";
  return {FailureKind::http_status,
          status,
          fmt::format("{} {} was answered with HTTP {}{}", net::to_string(method), address_of(at),
                      status, said),
          std::string(status_remedy(status)),
          {},
          {}};
}

Failure foreign_answer_failure(const Url& at, const HttpEnd& end) {
  const std::string type =
      end.head.content_type.empty() ? "no content" : shown(end.head.content_type);
  return {FailureKind::protocol_error,
          end.head.status,
          fmt::format("{} answered with {} that is no answer of an MCP server", address_of(at),
                      end.body.empty() ? "an empty body" : std::string_view(type)),
          "Check its url: it must be the server's MCP endpoint, not a web page",
          {},
          {}};
}

Failure no_answer_in_time_failure(const Url& at, base::Duration waited) {
  return network(fmt::format("{} gave no answer within {} s", address_of(at),
                             std::chrono::duration_cast<std::chrono::seconds>(waited).count()),
                 "Try again; look at the server's own log when it happens often");
}

Failure stream_ended_failure(const Url& at) {
  return network(fmt::format("{} ended its event stream before the answer", address_of(at)),
                 "Try again; look at the server's own log when it happens often");
}

Failure foreign_redirect_failure(const Url& at, const HttpEnd& end) {
  return {FailureKind::http_status,
          end.head.status,
          fmt::format("{} redirects to {}, which is not followed", address_of(at),
                      end.head.location.empty() ? "nowhere" : shown(end.head.location)),
          "If that address is right, put it into its url: headers go to one origin only",
          {},
          {}};
}

Failure stopped_failure() {
  return {FailureKind::exited, 0, "it was stopped", {}, {}, {}};
}

}  // namespace upstream
