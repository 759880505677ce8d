#include "proxy/events/event_id.h"

#include <fmt/format.h>

#include <charconv>

namespace proxy::events {
namespace {

std::optional<std::uint64_t> number_from(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || rest != end) return std::nullopt;
  return value;
}

}  // namespace

std::string to_string(EventId id) {
  return fmt::format("{}-{}", id.epoch, id.seq);
}

std::optional<EventId> event_id_from(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto epoch = number_from(text.substr(0, dash));
  const auto seq = number_from(text.substr(dash + 1));
  if (!epoch || !seq) return std::nullopt;
  return EventId{*epoch, *seq};
}

}  // namespace proxy::events
