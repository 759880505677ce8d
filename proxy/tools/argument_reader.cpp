#include "proxy/tools/argument_reader.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/nearest.h"

namespace proxy::tools {

std::string_view kind_name(protocol::JsonKind kind) {
  switch (kind) {
    case protocol::JsonKind::null:
      return "null";
    case protocol::JsonKind::boolean:
      return "a boolean";
    case protocol::JsonKind::number:
      return "a number";
    case protocol::JsonKind::string:
      return "a string";
    case protocol::JsonKind::array:
      return "an array";
    case protocol::JsonKind::object:
      break;
  }
  return "an object";
}

bool ArgumentReader::is_known(const protocol::JsonMember& member) {
  const auto is_key = [&](std::string_view name) { return member.key_is(name); };
  if (std::ranges::any_of(known_, is_key) || std::ranges::any_of(synonyms_, is_key)) return true;
  const std::string key = protocol::unescape(member.raw_key).substr(0, 60);
  fail(fmt::format("{} has no argument \"{}\".{}", tool_, key,
                   base::did_you_mean(base::nearest(key, known_, 3))),
       fmt::format("it takes: {}", fmt::join(known_, ", ")));
  return false;
}

bool ArgumentReader::is_first(const protocol::JsonMember& member) {
  std::uint32_t bit = 1;
  std::string_view key;
  for (const auto names : {known_, synonyms_}) {
    for (const std::string_view name : names) {
      if (member.key_is(name)) key = name;
      if (!key.empty()) break;
      bit <<= 1U;
    }
    if (!key.empty()) break;
  }
  if ((seen_ & bit) == 0) {
    seen_ |= bit;
    return true;
  }
  fail(fmt::format("the arguments of {} have \"{}\" twice", tool_, key), "give it once");
  return false;
}

}  // namespace proxy::tools
