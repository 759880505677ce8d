#include "proxy/rest/etag.h"

#include <fmt/format.h>

namespace proxy::rest {

std::string etag_of(const config::ContentHash& hash) {
  return fmt::format("\"{}\"", config::to_hex(hash));
}

base::Result<config::IfMatch> if_match_of(const http::Request& request) {
  if (!request.has(http::Header::if_match)) return config::IfMatch{};
  return if_match_from(request.header(http::Header::if_match));
}

base::Result<config::IfMatch> if_match_from(std::string_view value) {
  if (value == "*") return config::IfMatch{};
  const bool weak = value.starts_with("W/");
  const std::string_view tag = weak ? value.substr(2) : value;
  const bool quoted = tag.size() >= 2 && tag.front() == '"' && tag.back() == '"';
  const std::string_view text = quoted ? tag.substr(1, tag.size() - 2) : std::string_view();
  if (!quoted || text.find('"') != std::string_view::npos) {
    return base::Error{base::ErrorCode::invalid_argument,
                       fmt::format("If-Match is no single entity tag: {}", value.substr(0, 100)),
                       "send the ETag of the last GET, quotes included, or *"};
  }
  const auto hash = config::hash_from_hex(text);
  if (hash && !weak) return config::IfMatch(*hash);
  return base::Error{base::ErrorCode::config_changed, "If-Match names no state that we ever had",
                     "send the ETag of the last GET as it came"};
}

}  // namespace proxy::rest
