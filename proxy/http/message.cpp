#include "proxy/http/message.h"

#include <algorithm>

namespace proxy::http {
namespace {

constexpr std::array<std::string_view, kHeaderCount> kHeaderNames{
    "accept",
    "authorization",
    "connection",
    "content-type",
    "cookie",
    "expect",
    "host",
    "if-match",
    "if-none-match",
    "last-event-id",
    "mcp-method",
    "mcp-name",
    "mcp-protocol-version",
    "mcp-session-id",
    "origin",
    "x-api-key",
};

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Takes the text before the first `separator` off `rest`, which loses it and the separator.
std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view head = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return trimmed(head);
}

bool range_covers(std::string_view range, std::string_view type) {
  if (range == "*/*" || range == "*") return true;
  if (range.ends_with("/*")) {
    const std::size_t slash = range.size() - 1;
    return type.size() > slash &&
           equals_ignoring_case(range.substr(0, slash), type.substr(0, slash));
  }
  return equals_ignoring_case(range, type);
}

// "q=0", "q=0.", "q=0.000": not wanted at all.
bool weight_is_zero(std::string_view parameter) {
  if (parameter.size() < 3 || lower(parameter[0]) != 'q' || parameter[1] != '=') return false;
  return parameter.substr(2).find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::patch:
      return "PATCH";
    case Method::delete_:
      return "DELETE";
    case Method::options:
      return "OPTIONS";
    case Method::other:
      break;
  }
  return "other";
}

std::string_view to_string(Status status) {
  switch (status) {
    case Status::ok:
      return "200 OK";
    case Status::created:
      return "201 Created";
    case Status::accepted:
      return "202 Accepted";
    case Status::no_content:
      return "204 No Content";
    case Status::not_modified:
      return "304 Not Modified";
    case Status::bad_request:
      return "400 Bad Request";
    case Status::unauthorized:
      return "401 Unauthorized";
    case Status::forbidden:
      return "403 Forbidden";
    case Status::not_found:
      return "404 Not Found";
    case Status::method_not_allowed:
      return "405 Method Not Allowed";
    case Status::not_acceptable:
      return "406 Not Acceptable";
    case Status::request_timeout:
      return "408 Request Timeout";
    case Status::conflict:
      return "409 Conflict";
    case Status::gone:
      return "410 Gone";
    case Status::precondition_failed:
      return "412 Precondition Failed";
    case Status::content_too_large:
      return "413 Content Too Large";
    case Status::uri_too_long:
      return "414 URI Too Long";
    case Status::unsupported_media_type:
      return "415 Unsupported Media Type";
    case Status::expectation_failed:
      return "417 Expectation Failed";
    case Status::unprocessable_content:
      return "422 Unprocessable Content";
    case Status::too_many_requests:
      return "429 Too Many Requests";
    case Status::header_fields_too_large:
      return "431 Request Header Fields Too Large";
    case Status::internal_server_error:
      return "500 Internal Server Error";
    case Status::not_implemented:
      return "501 Not Implemented";
    case Status::bad_gateway:
      return "502 Bad Gateway";
    case Status::service_unavailable:
      return "503 Service Unavailable";
    case Status::gateway_timeout:
      return "504 Gateway Timeout";
    case Status::http_version_not_supported:
      return "505 HTTP Version Not Supported";
  }
  return "500 Internal Server Error";
}

std::string_view to_string(Header header) {
  return kHeaderNames[static_cast<std::size_t>(header)];
}

std::optional<Header> known_header(std::string_view name) {
  for (std::size_t i = 0; i < kHeaderCount; ++i) {
    if (kHeaderNames[i].size() == name.size() && equals_ignoring_case(kHeaderNames[i], name)) {
      return static_cast<Header>(i);
    }
  }
  return std::nullopt;
}

bool single_valued(Header header) {
  switch (header) {
    case Header::authorization:
    case Header::content_type:
    case Header::host:
    case Header::last_event_id:
    case Header::mcp_method:
    case Header::mcp_name:
    case Header::mcp_protocol_version:
    case Header::mcp_session_id:
    case Header::origin:
    case Header::x_api_key:
      return true;
    case Header::accept:
    case Header::connection:
    case Header::cookie:
    case Header::expect:
    case Header::if_match:
    case Header::if_none_match:
      break;
  }
  return false;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return x == y || lower(x) == lower(y);
         });
}

bool is_media_type(std::string_view content_type, std::string_view type) {
  return equals_ignoring_case(take_until(content_type, ';'), type);
}

bool accept_allows(std::string_view accept, std::string_view type) {
  while (!accept.empty()) {
    std::string_view element = take_until(accept, ',');
    if (!range_covers(take_until(element, ';'), type)) continue;
    bool wanted = true;
    while (!element.empty()) wanted = wanted && !weight_is_zero(take_until(element, ';'));
    if (wanted) return true;
  }
  return false;
}

}  // namespace proxy::http
