// Reads JSON with RapidJSON's SAX parser without copying a byte: a sink is told each key and value
// as a view of the text itself. For code that routes and forwards JSON rather than interprets it.
//
// Checked:  all of RFC 8259, UTF-8 included; besides, lone surrogates in \u escapes, nesting of at
// most
//           kJsonDepthMax, no NUL and nothing but whitespace behind the value.
// Limits:   kJsonBytesMax; a number beyond the range of a double is refused.
// Threads:  pure. Cost: one pass, no allocation, recursion bounded by the depth.
#pragma once
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace protocol {

inline constexpr std::uint32_t kJsonDepthMax = 128;
inline constexpr std::size_t kJsonBytesMax = std::size_t{1} << 30;

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// Why a text is no acceptable JSON. `problem` is static text without a final stop.
struct JsonFault {
  const char* problem = nullptr;
  std::size_t offset = 0;  // bytes from the start of the text
  bool stopped = false;    // the sink returned false; `problem` is null
};

namespace detail {

// RapidJSON input stream over bytes that need no terminator. It claims to be an in-situ stream,
// whose "writes" go nowhere: so strings reach the handler as they stand in the text, escapes and
// all.
class ByteStream {
 public:
  using Ch = char;
  explicit ByteStream(std::string_view bytes)
      : begin_(bytes.data()), next_(begin_), end_(begin_ + bytes.size()) {}

  Ch Peek() const { return next_ == end_ ? '\0' : *next_; }
  Ch Take() { return next_ == end_ ? '\0' : *next_++; }
  std::size_t Tell() const { return static_cast<std::size_t>(next_ - begin_); }
  Ch* PutBegin() { return const_cast<char*>(next_); }
  void Put(Ch) {}
  void Flush() {}
  std::size_t PutEnd(const Ch* begin) const { return static_cast<std::size_t>(next_ - begin); }

  const char* next() const { return next_; }
  bool lone_surrogate() const { return lone_surrogate_; }
  void note_lone_surrogate() { lone_surrogate_ = true; }

  void skip_space() {
    while (next_ != end_ && (*next_ == ' ' || *next_ == '\n' || *next_ == '\r' || *next_ == '\t')) {
      ++next_;
    }
  }

  // Moves over printable ASCII other than quote and backslash, eight bytes at a time.
  void skip_plain() {
    while (end_ - next_ >= 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, next_, sizeof word);
      constexpr std::uint64_t kOnes = 0x0101010101010101;
      constexpr std::uint64_t kHighs = kOnes * 0x80;
      const std::uint64_t quotes = word ^ (kOnes * '"');
      const std::uint64_t slashes = word ^ (kOnes * '\\');
      const std::uint64_t special =
          word | (word - kOnes * 0x20) | (quotes - kOnes) | (slashes - kOnes);
      if ((special & kHighs) != 0) {
        // Borrows run upwards only, so the lowest mark is exact.
        if constexpr (std::endian::native != std::endian::little) break;
        next_ += std::countr_zero(special & kHighs) / 8;
        return;
      }
      next_ += 8;
    }
    while (next_ != end_ && *next_ >= 0x20 && *next_ != '"' && *next_ != '\\') ++next_;
  }

 private:
  const char* begin_;
  const char* next_;
  const char* end_;
  bool lone_surrogate_ = false;
};

// UTF-8 as RapidJSON checks it, with runs of plain text taken at once, and without the lone low
// surrogates that its escape decoder lets pass.
struct StrictUtf8 : rapidjson::UTF8<> {
  template <class Out>
  static void Encode(Out& out, unsigned codepoint) {
    if constexpr (std::is_same_v<Out, ByteStream>) {  // RapidJSON instantiates others, unused
      if (codepoint >= 0xD800 && codepoint <= 0xDFFF) out.note_lone_surrogate();
    }
  }
  template <class In, class Out>
  static bool Validate(In& in, Out& out) {
    if ((in.Peek() & 0x80) != 0) return rapidjson::UTF8<>::Validate(in, out);
    in.skip_plain();
    return true;
  }
};

}  // namespace detail
}  // namespace protocol

// RapidJSON may keep a copy of the stream in registers while it reads one token.
template <>
struct rapidjson::StreamTraits<protocol::detail::ByteStream> {
  enum { copyOptimization = 1 };
};
template <>
inline void rapidjson::SkipWhitespace(protocol::detail::ByteStream& stream) {
  stream.skip_space();
}

namespace protocol {
namespace detail {

// Turns RapidJSON's events into those of a Sink, and counts the depth.
template <class Sink>
class SaxAdapter {
 public:
  SaxAdapter(Sink& sink, const ByteStream& stream) : sink_(sink), stream_(stream) {}
  bool too_deep() const { return too_deep_; }

  bool Null() { return sink_.scalar(JsonKind::null, behind(4)); }
  bool Bool(bool value) { return sink_.scalar(JsonKind::boolean, behind(value ? 4 : 5)); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return sink_.scalar(JsonKind::number, {text, size});
  }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return sink_.scalar(JsonKind::string, {text - 1, size + std::size_t{2}});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    return sink_.key(std::string_view(text, size));
  }
  bool StartObject() { return open(JsonKind::object); }
  bool StartArray() { return open(JsonKind::array); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  // Numbers come as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  std::string_view behind(std::size_t size) const { return {stream_.next() - size, size}; }
  bool open(JsonKind kind) {
    if (++depth_ > kJsonDepthMax) {
      too_deep_ = true;
      return false;
    }
    return sink_.open(kind, stream_.next() - 1);
  }
  bool close() {
    --depth_;
    return sink_.close(stream_.next());
  }

  Sink& sink_;
  const ByteStream& stream_;
  std::uint32_t depth_ = 0;
  bool too_deep_ = false;
};

}  // namespace detail

// Reads `text` whole. The sink has four members, each of which returns false to stop:
//   bool scalar(JsonKind, std::string_view raw);     raw as it stands, strings with their quotes
//   bool key(std::string_view raw);                  between the quotes, escapes not resolved
//   bool open(JsonKind object_or_array, const char* first_byte);
//   bool close(const char* behind_last_byte);
template <class Sink>
JsonFault read_json(std::string_view text, Sink& sink) {
  if (text.size() > kJsonBytesMax) return {"the text is too large", 0, false};
  constexpr unsigned kFlags = rapidjson::kParseInsituFlag | rapidjson::kParseValidateEncodingFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  using Reader = rapidjson::GenericReader<detail::StrictUtf8, detail::StrictUtf8>;
  detail::ByteStream stream(text);
  detail::SaxAdapter<Sink> adapter(sink, stream);
  Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, adapter);
  if (stream.lone_surrogate()) return {"lone surrogate in a \\u escape", stream.Tell(), false};
  if (adapter.too_deep()) return {"nested deeper than 128 levels", stream.Tell(), false};
  if (result.Code() == rapidjson::kParseErrorTermination) return {nullptr, stream.Tell(), true};
  if (result.IsError()) {
    return {rapidjson::GetParseError_En(result.Code()), result.Offset(), false};
  }
  if (stream.Tell() != text.size()) return {"NUL byte", stream.Tell(), false};
  return {};
}

// True when nothing was wrong.
inline bool ok(const JsonFault& fault) {
  return fault.problem == nullptr && !fault.stopped;
}

// The text a JSON string stands for. `raw` is what is between the quotes, already found valid.
std::string unescape(std::string_view raw);

// Whether `raw` (between the quotes) holds escapes, so that it is not its own value.
inline bool has_escapes(std::string_view raw) {
  return raw.find('\\') != std::string_view::npos;
}

// Without the quotes. REQUIRES: `raw` is a JSON string as it stands.
inline std::string_view between_quotes(std::string_view raw) {
  return raw.substr(1, raw.size() - 2);
}

}  // namespace protocol
