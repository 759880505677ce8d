// Walks the members of one raw JSON object, or the elements of one array, as views; nothing is
// kept. Pure; validates all of the text on the way (raw_json.h).
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/raw_json.h"

namespace protocol {

struct JsonMember {
  std::string_view raw_key;  // between the quotes; empty for elements of an array
  JsonKind kind = JsonKind::null;
  std::string_view value;  // raw, strings with their quotes

  bool key_is(std::string_view plain) const {
    return has_escapes(raw_key) ? unescape(raw_key) == plain : raw_key == plain;
  }
  // The value of a string. REQUIRES: kind == JsonKind::string.
  std::string text() const { return unescape(between_quotes(value)); }
};

namespace detail {

template <class OnMember>
class ShallowSink {
 public:
  explicit ShallowSink(JsonKind container, OnMember& on_member)
      : container_(container), on_member_(on_member) {}
  bool wrong_kind() const { return wrong_kind_; }

  bool scalar(JsonKind kind, std::string_view raw) {
    if (depth_ == 0) return !(wrong_kind_ = true);
    return depth_ > 1 || give(kind, raw);
  }
  bool key(std::string_view raw) {
    if (depth_ == 1) member_.raw_key = raw;
    return true;
  }
  bool open(JsonKind kind, const char* first) {
    if (depth_ == 0 && kind != container_) return !(wrong_kind_ = true);
    if (depth_ == 1) {
      start_ = first;
      kind_ = kind;
    }
    ++depth_;
    return true;
  }
  bool close(const char* end) {
    --depth_;
    return depth_ != 1 || give(kind_, {start_, static_cast<std::size_t>(end - start_)});
  }

 private:
  bool give(JsonKind kind, std::string_view raw) {
    member_.kind = kind;
    member_.value = raw;
    return on_member_(member_);
  }

  JsonKind container_;
  OnMember& on_member_;
  JsonMember member_;
  std::uint32_t depth_ = 0;
  const char* start_ = nullptr;
  JsonKind kind_ = JsonKind::null;
  bool wrong_kind_ = false;
};

template <class OnMember>
JsonFault walk(std::string_view text, JsonKind container, OnMember& on_member) {
  ShallowSink<OnMember> sink(container, on_member);
  JsonFault fault = read_json(text, sink);
  if (sink.wrong_kind()) {
    fault.problem = container == JsonKind::object ? "not an object" : "not an array";
    fault.stopped = false;
  }
  return fault;
}

}  // namespace detail

// Calls on_member(const JsonMember&) for each member in order; it returns false to stop early,
// which is reported as `stopped`. Keys may repeat.
template <class OnMember>
JsonFault for_each_member(std::string_view object, OnMember on_member) {
  return detail::walk(object, JsonKind::object, on_member);
}

// The same for the elements of an array.
template <class OnElement>
JsonFault for_each_element(std::string_view array, OnElement on_element) {
  return detail::walk(array, JsonKind::array, on_element);
}

}  // namespace protocol
