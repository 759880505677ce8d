#include "proxy/http/request.h"

#include <algorithm>
#include <utility>

namespace proxy::http {

std::optional<std::string_view> Request::header(std::string_view name) const {
  const auto all = headers();
  const auto field = std::ranges::find_if(
      all, [&](const HeaderField& f) { return equals_ignoring_case(f.name, name); });
  if (field == all.end()) return std::nullopt;
  return field->value;
}

bool Request::accepts(std::string_view media_type) const {
  if (!has(Header::accept)) return true;
  return std::ranges::any_of(headers(), [&](const HeaderField& field) {
    return equals_ignoring_case(field.name, to_string(Header::accept)) &&
           accept_allows(field.value, media_type);
  });
}

std::string Request::take_body() {
  const bool owned = !body_.empty() && body_.data() == body_buffer_.data();
  std::string body =
      owned ? std::exchange(body_buffer_, {}) : std::string(body_.data(), body_.size());
  body_ = {};
  return body;
}

}  // namespace proxy::http
