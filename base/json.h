// JSON for everyone: a writer that appends to a string, and a parser with limits. A DOM never
// leaves the function that parsed it; what goes further are typed structs or the bytes themselves.
// Values, any thread. Cost: both linear; the parser runs at some 200 MB/s.
#pragma once
#include <rapidjson/document.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

// Appends `text` as a JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

// Appends one JSON value to a string, commas and colons by itself. Resource.
// REQUIRES: calls in the order of the grammar (asserted), nesting of at most kDepthMax.
class JsonWriter {
 public:
  static constexpr std::uint32_t kDepthMax = 64;
  explicit JsonWriter(std::string& out) : out_(out) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth) { return raw(truth ? "true" : "false"); }
  JsonWriter& value(double number);  // infinities and NaN become null
  template <std::signed_integral T>
  JsonWriter& value(T number) {
    return write_signed(static_cast<std::int64_t>(number));
  }
  template <std::unsigned_integral T>
  requires(!std::same_as<T, bool>) JsonWriter& value(T number) {
    return write_unsigned(static_cast<std::uint64_t>(number));
  }
  JsonWriter& null() { return raw("null"); }
  // Bytes that are one valid JSON value already.
  JsonWriter& raw(std::string_view json);

  template <class T>
  JsonWriter& field(std::string_view name, const T& content) {
    key(name);
    return value(content);
  }
  JsonWriter& raw_field(std::string_view name, std::string_view json) {
    return key(name).raw(json);
  }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& write_signed(std::int64_t number);
  JsonWriter& write_unsigned(std::uint64_t number);
  void before_value();

  std::string& out_;
  std::uint32_t depth_ = 0;
  std::uint64_t filled_ = 0;  // bit n: nesting level n has a value already
  bool after_key_ = false;
};

struct JsonLimits {
  std::size_t bytes_max = 16 * 1024 * 1024;
  std::uint32_t depth_max = 128;
  bool comments = false;  // also allow /* */, // and trailing commas
};

// One whole value, and nothing after it. Refused: more than the limits, text that is not UTF-8,
// NUL, lone surrogates. The message has line and column.
Result<rapidjson::Document> parse_document(std::string_view text, const JsonLimits& limits = {});

// The text as JSON again, without white space.
std::string to_json(const rapidjson::Value& value);

// Typed looks into an object: nothing when `object` is none, the member is missing or of another
// type.
const rapidjson::Value* json_member(const rapidjson::Value& object, std::string_view name);
std::optional<std::string_view> json_string(const rapidjson::Value& object, std::string_view name);
std::optional<bool> json_bool(const rapidjson::Value& object, std::string_view name);
std::optional<std::int64_t> json_int(const rapidjson::Value& object, std::string_view name);
std::optional<double> json_number(const rapidjson::Value& object, std::string_view name);
const rapidjson::Value* json_object(const rapidjson::Value& object, std::string_view name);
const rapidjson::Value* json_array(const rapidjson::Value& object, std::string_view name);

// REQUIRES: value.IsString().
inline std::string_view json_text(const rapidjson::Value& value) {
  return {value.GetString(), value.GetStringLength()};
}

}  // namespace base
