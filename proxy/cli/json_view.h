// Short looks into the daemon's answers, for showing: a missing or odd member reads as empty, so an
// older or newer daemon can be shown too. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "proxy/cli/table.h"

namespace proxy::cli {

inline std::string text_of(const rapidjson::Value& object, std::string_view name) {
  return std::string(base::json_string(object, name).value_or(""));
}
inline std::int64_t number_of(const rapidjson::Value& object, std::string_view name) {
  return base::json_int(object, name).value_or(0);
}
inline bool flag_of(const rapidjson::Value& object, std::string_view name) {
  return base::json_bool(object, name).value_or(false);
}
// "a, b".
std::string list_of(const rapidjson::Value& object, std::string_view name);
// Calls `each(element)` for the elements of an array member.
template <class Each>
void for_each_in(const rapidjson::Value& object, std::string_view name, Each each) {
  if (const auto* array = base::json_array(object, name)) {
    for (const rapidjson::Value& element : array->GetArray()) each(element);
  }
}

// "2026-11-21T03:40:46.123Z" as "2026-11-21 03:40:46 UTC"; other texts unchanged.
std::string time_text(std::string_view iso);
// "350 ms", "12 s", "3 min 5 s", "4 h 10 min", "2 d 3 h".
std::string duration_text(std::int64_t milliseconds);
// "12.3 MiB".
std::string bytes_text(std::int64_t bytes);
// JSON with indentation, as lines.
std::string pretty_json(const rapidjson::Value& value);

// How a server's state looks; unknown ones plain.
Tone tone_of_state(std::string_view state);

}  // namespace proxy::cli
