#include "proxy/cli/json_view.h"

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "upstream/lifecycle/state.h"

namespace proxy::cli {

std::string list_of(const rapidjson::Value& object, std::string_view name) {
  std::string list;
  for_each_in(object, name, [&](const rapidjson::Value& element) {
    if (!element.IsString()) return;
    if (!list.empty()) list += ", ";
    list += base::json_text(element);
  });
  return list;
}

std::string time_text(std::string_view iso) {
  constexpr std::size_t kSecondsEnd = 19;
  if (iso.size() < kSecondsEnd || iso[10] != 'T' || !iso.ends_with('Z')) return std::string(iso);
  return fmt::format("{} {} UTC", iso.substr(0, 10), iso.substr(11, 8));
}

std::string duration_text(std::int64_t milliseconds) {
  if (milliseconds < 1'000) return fmt::format("{} ms", milliseconds);
  const std::int64_t seconds = milliseconds / 1'000;
  if (seconds < 60) return fmt::format("{} s", seconds);
  const std::int64_t minutes = seconds / 60;
  if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
  const std::int64_t hours = minutes / 60;
  if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
  return fmt::format("{} d {} h", hours / 24, hours % 24);
}

std::string bytes_text(std::int64_t bytes) {
  constexpr double kKiB = 1024.0;
  const auto amount = static_cast<double>(bytes);
  if (bytes < 1024) return fmt::format("{} B", bytes);
  if (amount < kKiB * kKiB) return fmt::format("{:.1f} KiB", amount / kKiB);
  return fmt::format("{:.1f} MiB", amount / (kKiB * kKiB));
}

std::string pretty_json(const rapidjson::Value& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

Tone tone_of_state(std::string_view state) {
  using upstream::State;
  const auto known = upstream::state_from(state);
  if (!known) return Tone::plain;
  switch (*known) {
    case State::ready:
      return Tone::good;
    case State::idle:
      return Tone::plain;
    case State::queued:
    case State::connecting:
    case State::stopping:
    case State::login_required:
    case State::quarantined:
      return Tone::busy;
    case State::unconfigured:
    case State::backoff:
    case State::auto_disabled:
      return Tone::bad;
    case State::disabled:
      return Tone::dim;
  }
  return Tone::plain;
}

}  // namespace proxy::cli
