// A JSON text as a tree of nodes that know where in the text they stand, so that errors can name a
// line and an edit can change one value and leave every other byte alone. Value.
//
// Accepts what people write by hand: // and /* */ comments, trailing commas, CRLF, a byte order
// mark. Refuses: invalid UTF-8, NUL, a member given twice in one object, more than one value.
// Limits: kTextBytesMax, kDepthMax.
// Cost:   one pass; about 100 bytes a node.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace proxy::config {

inline constexpr std::size_t kTextBytesMax = 16U * 1024 * 1024;
inline constexpr std::size_t kDepthMax = 64;

// Bytes [begin, end) of the text.
struct Span {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t size() const { return end - begin; }
  bool operator==(const Span&) const = default;
};

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// "a string", "an object" and so on, for messages.
std::string_view describe(JsonKind kind);

struct JsonNode {
  JsonKind kind = JsonKind::null;
  Span value;        // strings with their quotes, objects and arrays with their brackets
  Span key_span;     // with its quotes; empty when this is not a member of an object
  std::string key;   // decoded
  std::string text;  // string: decoded; number, boolean: as written
  std::vector<JsonNode> children;

  // A member of this object, or null.
  const JsonNode* find(std::string_view member) const;
  bool is(JsonKind wanted) const { return kind == wanted; }
  bool is_true() const { return kind == JsonKind::boolean && text == "true"; }
};

// What made a text unreadable, and where.
struct JsonError {
  std::size_t offset = 0;
  std::string message;
  std::string remedy;
};

// The tree of `text`, or the first error in it.
std::variant<JsonNode, JsonError> parse_spanned_json(std::string_view text);

// Finds lines and columns of offsets. Columns count characters, not bytes; both start at 1.
class LineIndex {
 public:
  explicit LineIndex(std::string_view text);
  struct Position {
    std::uint32_t line = 1;
    std::uint32_t column = 1;
  };
  // REQUIRES: the text given at construction is still there.
  Position at(std::size_t offset) const;

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

}  // namespace proxy::config
