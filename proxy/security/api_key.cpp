#include "proxy/security/api_key.h"

#include <cassert>
#include <cstdint>
#include <utility>

namespace proxy::security {

ApiKey::ApiKey(std::string text) : text_(std::move(text)) {
  assert(!text_.empty());
}

bool ApiKey::matches(std::string_view offered) const {
  volatile std::size_t difference = offered.size() ^ text_.size();
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const auto a = static_cast<std::uint8_t>(offered[i]);
    const auto b = static_cast<std::uint8_t>(text_[i % text_.size()]);
    difference = difference | static_cast<std::size_t>(a ^ b);
  }
  return difference == 0;
}

std::string_view offered_key(const http::Request& request) {
  if (request.has(http::Header::x_api_key)) return request.header(http::Header::x_api_key);
  constexpr std::string_view kScheme = "bearer ";
  std::string_view value = request.header(http::Header::authorization);
  if (value.size() <= kScheme.size()) return {};
  if (!http::equals_ignoring_case(value.substr(0, kScheme.size()), kScheme)) return {};
  value.remove_prefix(kScheme.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  return value;
}

}  // namespace proxy::security
