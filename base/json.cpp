#include "base/json.h"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstring>
#include <iterator>

namespace base {
namespace {

// Bytes of the well-formed UTF-8 character at the front of `text`, 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return follows(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out.append("\\\"");
      return;
    case '\\':
      out.append("\\\\");
      return;
    case '\n':
      out.append("\\n");
      return;
    case '\r':
      out.append("\\r");
      return;
    case '\t':
      out.append("\\t");
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
  }
}

// U+D800..U+DFFF in UTF-8: what an escaped lone surrogate decodes to.
bool has_surrogate(std::string_view text) {
  for (std::size_t at = text.find('\xED'); at != std::string_view::npos;
       at = text.find('\xED', at + 1)) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xA0) return true;
  }
  return false;
}

// Passes events on to the document that is being built, and ends the parse at a limit.
class LimitedBuilder {
 public:
  LimitedBuilder(rapidjson::Document& document, std::uint32_t depth_max)
      : document_(document), depth_max_(depth_max) {}
  std::string_view refusal() const { return refusal_; }

  bool Null() { return document_.Null(); }
  bool Bool(bool truth) { return document_.Bool(truth); }
  bool Int(int number) { return document_.Int(number); }
  bool Uint(unsigned number) { return document_.Uint(number); }
  bool Int64(std::int64_t number) { return document_.Int64(number); }
  bool Uint64(std::uint64_t number) { return document_.Uint64(number); }
  bool Double(double number) { return document_.Double(number); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) {
    return document_.RawNumber(text, size, copy);
  }
  bool String(const char* text, rapidjson::SizeType size, bool copy) {
    return whole({text, size}) && document_.String(text, size, copy);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return whole({text, size}) && document_.Key(text, size, copy);
  }
  bool StartObject() { return deeper() && document_.StartObject(); }
  bool StartArray() { return deeper() && document_.StartArray(); }
  bool EndObject(rapidjson::SizeType members) {
    --depth_;
    return document_.EndObject(members);
  }
  bool EndArray(rapidjson::SizeType elements) {
    --depth_;
    return document_.EndArray(elements);
  }

 private:
  bool deeper() {
    if (++depth_ <= depth_max_) return true;
    refusal_ = "The value is nested too deeply";
    return false;
  }
  bool whole(std::string_view text) {
    if (!has_surrogate(text)) return true;
    refusal_ = "A string holds half of a surrogate pair";
    return false;
  }

  rapidjson::Document& document_;
  std::uint32_t depth_max_;
  std::uint32_t depth_ = 0;
  std::string_view refusal_;
};

// A RapidJSON output stream into a string.
struct Appender {
  using Ch = char;
  std::string text;
  void Put(char c) { text.push_back(c); }
  void Flush() {}
};

Error error_at(std::string_view text, std::size_t offset, std::string_view what) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  while (what.ends_with('.')) what.remove_suffix(1);
  return Error{ErrorCode::invalid_json,
               fmt::format("Line {}, column {}: {}.", line, before.size() - line_start + 1, what),
               ""};
}

constexpr unsigned kStrict = rapidjson::kParseIterativeFlag |
                             rapidjson::kParseValidateEncodingFlag |
                             rapidjson::kParseFullPrecisionFlag;
constexpr unsigned kRelaxed =
    kStrict | rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag;

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const std::size_t length = utf8_length(text);
    if (length > 1) {
      out.append(text.substr(0, length));
    } else if (length == 1) {
      append_escaped(out, text.front());
    } else {
      out.append("\xEF\xBF\xBD");
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  out.push_back('"');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  const std::uint64_t bit = std::uint64_t{1} << (depth_ & 63U);
  if (depth_ > 0 && (filled_ & bit) != 0) out_.push_back(',');
  filled_ |= bit;
}

JsonWriter& JsonWriter::open(char bracket) {
  before_value();
  assert(depth_ + 1 < kDepthMax);
  ++depth_;
  filled_ &= ~(std::uint64_t{1} << depth_);
  out_.push_back(bracket);
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  assert(depth_ > 0 && !after_key_);
  --depth_;
  out_.push_back(bracket);
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  assert(depth_ > 0 && !after_key_);
  before_value();
  append_json_string(out_, name);
  out_.push_back(':');
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_json_string(out_, text);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  before_value();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

JsonWriter& JsonWriter::write_signed(std::int64_t number) {
  return raw(fmt::format_int(number).c_str());
}

JsonWriter& JsonWriter::write_unsigned(std::uint64_t number) {
  return raw(fmt::format_int(number).c_str());
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  out_.append(json);
  return *this;
}

Result<rapidjson::Document> parse_document(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Error{ErrorCode::too_large,
                 fmt::format("The JSON text has {} bytes; at most {} are allowed.", text.size(),
                             limits.bytes_max),
                 ""};
  }
  // The reader takes a NUL for the end of the text.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return error_at(text, nul, "A NUL byte is not allowed");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // editors on Windows add it
  rapidjson::Document document;
  LimitedBuilder builder(document, limits.depth_max);
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  rapidjson::ParseResult parsed;
  auto read = [&](rapidjson::Document&) {
    parsed = limits.comments ? reader.Parse<kRelaxed>(stream, builder)
                             : reader.Parse<kStrict>(stream, builder);
    return !parsed.IsError();
  };
  document.Populate(read);
  if (!parsed.IsError()) return document;
  const std::string_view what =
      builder.refusal().empty() ? rapidjson::GetParseError_En(parsed.Code()) : builder.refusal();
  return error_at(text, parsed.Offset(), what);
}

std::string to_json(const rapidjson::Value& value) {
  Appender out;
  rapidjson::Writer<Appender> writer(out);
  value.Accept(writer);
  return std::move(out.text);
}

const rapidjson::Value* json_member(const rapidjson::Value& object, std::string_view name) {
  if (!object.IsObject()) return nullptr;
  const auto key = rapidjson::Value(
      rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size())));
  const auto found = object.FindMember(key);
  return found == object.MemberEnd() ? nullptr : &found->value;
}

std::optional<std::string_view> json_string(const rapidjson::Value& object, std::string_view name) {
  const rapidjson::Value* member = json_member(object, name);
  if (member == nullptr || !member->IsString()) return std::nullopt;
  return json_text(*member);
}

std::optional<bool> json_bool(const rapidjson::Value& object, std::string_view name) {
  const rapidjson::Value* member = json_member(object, name);
  if (member == nullptr || !member->IsBool()) return std::nullopt;
  return member->GetBool();
}

std::optional<std::int64_t> json_int(const rapidjson::Value& object, std::string_view name) {
  const rapidjson::Value* member = json_member(object, name);
  if (member == nullptr || !member->IsInt64()) return std::nullopt;
  return member->GetInt64();
}

std::optional<double> json_number(const rapidjson::Value& object, std::string_view name) {
  const rapidjson::Value* member = json_member(object, name);
  if (member == nullptr || !member->IsNumber()) return std::nullopt;
  return member->GetDouble();
}

const rapidjson::Value* json_object(const rapidjson::Value& object, std::string_view name) {
  const rapidjson::Value* member = json_member(object, name);
  return member != nullptr && member->IsObject() ? member : nullptr;
}

const rapidjson::Value* json_array(const rapidjson::Value& object, std::string_view name) {
  const rapidjson::Value* member = json_member(object, name);
  return member != nullptr && member->IsArray() ? member : nullptr;
}

}  // namespace base
