#include "proxy/config/spanned_json.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <cassert>
#include <iterator>
#include <tuple>

namespace proxy::config {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Where the string begins whose closing quote is the byte before `end`. A quote inside it stands
// behind an odd number of backslashes; outside of strings no backslash can stand before a quote.
std::size_t opening_quote(std::string_view text, std::size_t end) {
  std::size_t at = end - 1;
  while (true) {
    --at;
    if (text[at] != '"') continue;
    std::size_t backslashes = 0;
    while (backslashes < at && text[at - 1 - backslashes] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at;
  }
}

// The encoding check of the reader lets escaped lone surrogates pass.
bool has_surrogate(std::string_view utf8) {
  for (std::size_t i = 0; i + 1 < utf8.size(); ++i) {
    if (static_cast<unsigned char>(utf8[i]) == 0xED &&
        static_cast<unsigned char>(utf8[i + 1]) >= 0xA0) {
      return true;
    }
  }
  return false;
}

// Builds the tree from the reader's events; lives for one parse.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, std::size_t skipped, const rapidjson::MemoryStream& stream)
      : text_(text), skipped_(skipped), stream_(stream) {}

  bool Null() { return add(JsonKind::null, here() - 4, "null"); }
  bool Bool(bool value) {
    const std::string_view word = value ? "true" : "false";
    return add(JsonKind::boolean, here() - word.size(), word);
  }
  bool RawNumber(const char* digits, rapidjson::SizeType size, bool) {
    return add(JsonKind::number, here() - size, {digits, size});
  }
  bool String(const char* decoded, rapidjson::SizeType size, bool) {
    const std::string_view value(decoded, size);
    const std::size_t begin = opening_quote(text_, here());
    return check_string(begin, value) && add(JsonKind::string, begin, value);
  }
  bool Key(const char* decoded, rapidjson::SizeType size, bool) {
    const std::string_view key(decoded, size);
    const std::size_t begin = opening_quote(text_, here());
    if (!check_string(begin, key)) return false;
    next_.key = key;
    next_.key_span = span(begin, here());
    return true;
  }
  bool StartObject() { return open(JsonKind::object); }
  bool EndObject(rapidjson::SizeType) { return no_member_twice(open_.back()) && close(); }
  bool StartArray() { return open(JsonKind::array); }
  bool EndArray(rapidjson::SizeType) { return close(); }
  // The reader is told to keep numbers as text, so none of these is called.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

  JsonNode take_root() { return std::move(root_); }
  // Set when an event was refused.
  const JsonError& error() const { return error_; }

 private:
  std::size_t here() const { return skipped_ + stream_.Tell(); }
  static Span span(std::size_t begin, std::size_t end) {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  bool refuse(std::size_t offset, std::string message, std::string remedy) {
    error_ = {offset, std::move(message), std::move(remedy)};
    return false;
  }

  bool check_string(std::size_t begin, std::string_view value) {
    if (value.find('\0') != std::string_view::npos) {
      return refuse(begin, "a string holds the character \\u0000", "remove it");
    }
    if (has_surrogate(value)) {
      return refuse(begin, "a string holds half of a surrogate pair",
                    "write the character itself instead of \\u escapes");
    }
    return true;
  }

  bool add(JsonKind kind, std::size_t begin, std::string_view text) {
    next_.kind = kind;
    next_.value = span(begin, here());
    next_.text = text;
    place(std::move(next_));
    next_ = {};
    return true;
  }

  bool open(JsonKind kind) {
    if (open_.size() == kDepthMax) {
      return refuse(here() - 1, fmt::format("nested deeper than {} levels", kDepthMax),
                    "a configuration needs no more than ten; is this the right file?");
    }
    next_.kind = kind;
    next_.value = span(here() - 1, here());
    open_.push_back(std::move(next_));
    next_ = {};
    return true;
  }

  // Behind a trailing comma the reader tells of the end before it has taken the bracket.
  bool close() {
    JsonNode done = std::move(open_.back());
    open_.pop_back();
    const char bracket = done.is(JsonKind::array) ? ']' : '}';
    const std::size_t end = text_[here() - 1] == bracket ? here() : here() + 1;
    done.value.end = static_cast<std::uint32_t>(end);
    place(std::move(done));
    return true;
  }

  void place(JsonNode node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().children.push_back(std::move(node));
    }
  }

  bool no_member_twice(const JsonNode& object) {
    std::vector<const JsonNode*> members;
    members.reserve(object.children.size());
    for (const JsonNode& member : object.children) members.push_back(&member);
    std::sort(members.begin(), members.end(), [](const JsonNode* a, const JsonNode* b) {
      return std::tie(a->key, a->key_span.begin) < std::tie(b->key, b->key_span.begin);
    });
    const auto twice =
        std::adjacent_find(members.begin(), members.end(),
                           [](const JsonNode* a, const JsonNode* b) { return a->key == b->key; });
    if (twice == members.end()) return true;
    const JsonNode& second = **std::next(twice);
    return refuse(second.key_span.begin, fmt::format("\"{}\" is given twice", second.key),
                  "keep one of the two and remove the other");
  }

  std::string_view text_;
  std::size_t skipped_;  // bytes before the stream's first
  const rapidjson::MemoryStream& stream_;
  std::vector<JsonNode> open_;  // objects and arrays not yet closed, outermost first
  JsonNode next_;               // holds the key of the value to come
  JsonNode root_;
  JsonError error_;
};

JsonError syntax_error(std::string_view text, rapidjson::ParseErrorCode code, std::size_t offset) {
  if (code == rapidjson::kParseErrorDocumentEmpty) {
    return {offset, "the file holds no JSON value", "write at least {\"mcpServers\": {}}"};
  }
  std::string message = rapidjson::GetParseError_En(code);
  if (!message.empty() && message.back() == '.') message.pop_back();
  if (offset >= text.size()) {
    return {text.size(), message + ", but the file ends here",
            "close what is still open; the file may have been cut off"};
  }
  if (code == rapidjson::kParseErrorStringEscapeInvalid &&
      static_cast<unsigned char>(text[offset]) < ' ') {
    return {offset,
            text[offset] == '\t' ? "a tab stands in a string" : "a string goes on in another line",
            "write \\t for a tab, \\n for a line break, and close strings in their line"};
  }
  return {offset, std::move(message), "correct the text at this place or just before it"};
}

}  // namespace

std::string_view describe(JsonKind kind) {
  switch (kind) {
    case JsonKind::null:
      return "null";
    case JsonKind::boolean:
      return "a boolean";
    case JsonKind::number:
      return "a number";
    case JsonKind::string:
      return "a string";
    case JsonKind::array:
      return "a list";
    case JsonKind::object:
      return "an object";
  }
  return "";
}

const JsonNode* JsonNode::find(std::string_view member) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const JsonNode& child) { return child.key == member; });
  return kind != JsonKind::object || found == children.end() ? nullptr : &*found;
}

std::variant<JsonNode, JsonError> parse_spanned_json(std::string_view text) {
  if (text.size() > kTextBytesMax) {
    return JsonError{0,
                     fmt::format("the file has {} bytes, more than {}", text.size(), kTextBytesMax),
                     "is this the right file? A server takes about 1 KiB"};
  }
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return JsonError{nul, "the file holds a NUL byte", "save it as UTF-8 text"};
  }
  const std::size_t skipped = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  rapidjson::MemoryStream stream(text.data() + skipped, text.size() - skipped);
  TreeBuilder builder(text, skipped, stream);
  rapidjson::Reader reader;
  constexpr unsigned kFlags = rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag |
                              rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (!result.IsError()) return builder.take_root();
  if (result.Code() == rapidjson::kParseErrorTermination) return builder.error();
  return syntax_error(text, result.Code(), skipped + result.Offset());
}

LineIndex::LineIndex(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    starts_.push_back(at + 1);
  }
}

LineIndex::Position LineIndex::at(std::size_t offset) const {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const std::size_t line = static_cast<std::size_t>(std::distance(starts_.begin(), after));
  std::string_view before = text_.substr(starts_[line - 1], offset - starts_[line - 1]);
  if (line == 1 && before.starts_with(kByteOrderMark)) before.remove_prefix(kByteOrderMark.size());
  const auto characters = std::count_if(before.begin(), before.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  });
  return {static_cast<std::uint32_t>(line), static_cast<std::uint32_t>(characters) + 1};
}

}  // namespace proxy::config
