// Reads the members of one JSON object into typed fields and reports what does not fit. Resource;
// lives for the reading of one object.
//
// A member that is absent or null leaves the field as it is, that is at its default. A member that
// was never asked for is unused; when its name is nearly one that was asked for, that is a warning.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/diagnostic.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {

template <class T>
struct Range {
  T min;
  T max;
};

class ObjectReader {
 public:
  // REQUIRES: all three outlive this; `object` is an object. `path` is empty for the root.
  ObjectReader(const JsonNode& object, std::string path, Diagnostics& diagnostics);
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  // The member when it is there and not null. Counts as read either way.
  const JsonNode* take(std::string_view key);
  // The same, and of this kind; another kind is an error.
  const JsonNode* take(std::string_view key, JsonKind wanted);

  void read(std::string_view key, std::string& out);
  void read(std::string_view key, bool& out);
  void read(std::string_view key, std::optional<bool>& out);
  void read(std::string_view key, std::vector<std::string>& out);
  void read(std::string_view key, std::map<std::string, std::string>& out);
  void read(std::string_view key, double& out, Range<double> range);
  void read(std::string_view key, Duration& out, Range<Duration> range);
  void read(std::string_view key, std::optional<Duration>& out, Range<Duration> range);

  template <class Int>
  requires std::is_integral_v<Int>
  void read(std::string_view key, Int& out, Range<std::uint64_t> range) {
    if (const std::optional<std::uint64_t> value = integer(key, range)) {
      out = static_cast<Int>(*value);
    }
  }
  void read(std::string_view key, std::optional<std::uint32_t>& out, Range<std::uint64_t> range) {
    if (const std::optional<std::uint64_t> value = integer(key, range)) {
      out = static_cast<std::uint32_t>(*value);
    }
  }

  // One of `values`, by its to_string(). `also` gives further spellings.
  template <class Enum, std::size_t kCount>
  void read_enum(std::string_view key, Enum& out, const std::array<Enum, kCount>& values,
                 const std::map<std::string_view, Enum>& also = {}) {
    const JsonNode* node = take(key, JsonKind::string);
    if (node == nullptr) return;
    std::vector<std::string_view> words;
    for (const Enum value : values) {
      if (to_string(value) == node->text) {
        out = value;
        return;
      }
      words.push_back(to_string(value));
    }
    if (const auto found = also.find(node->text); found != also.end()) {
      out = found->second;
      return;
    }
    unknown_word(*node, words);
  }

  // Several names of one field: the first that is present is returned, the others count as read,
  // and one that says something else is a warning. `keys` stand in order of precedence.
  std::string_view first_of(std::initializer_list<std::string_view> keys);

  void error(const JsonNode& at, std::string message, std::string remedy);
  void warning(const JsonNode& at, std::string message, std::string remedy);
  // It is read and kept, and nothing comes of it in this version.
  void no_effect(const JsonNode& at, std::string remedy);
  // About the object as a whole.
  void error(std::string message, std::string remedy);

  // Call last: reports the members that nothing asked for.
  void report_unused();

  const std::string& path() const { return path_; }
  const JsonNode& object() const { return object_; }
  Diagnostics& diagnostics() { return diagnostics_; }
  std::string path_of(const JsonNode& member) const;

 private:
  std::optional<std::uint64_t> integer(std::string_view key, Range<std::uint64_t> range);
  void unknown_word(const JsonNode& node, std::span<const std::string_view> words);

  const JsonNode& object_;
  std::string path_;
  Diagnostics& diagnostics_;
  std::vector<std::string_view> asked_;
};

// The word of `words` that `text` was probably meant to be, or nothing.
std::optional<std::string_view> nearest_word(std::string_view text,
                                             std::span<const std::string_view> words);

}  // namespace proxy::config
