#include "protocol/tool_signature.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/json.h"
#include "base/utf8.h"

namespace protocol {
namespace {

constexpr std::uint32_t kTypeDepthMax = 3;      // of objects and arrays inside each other
constexpr std::size_t kInnerParametersMax = 8;  // of an object inside
constexpr std::size_t kChoicesMax = 6;          // of an enum or anyOf
constexpr std::size_t kTypeBytesMax = 160;      // of one parameter's type
constexpr std::size_t kDefaultBytesMax = 24;
constexpr std::size_t kNameBytesMax = 64;
// What is looked at, so that a hostile schema costs no more than an honest one.
constexpr std::uint32_t kTypesVisitedMax = 2000;
constexpr std::uint32_t kPropertiesVisitedMax = 256;
constexpr std::uint32_t kRequiredVisitedMax = 256;

// Whatever an upstream sent must stay one line without control characters.
std::string on_one_line(std::string_view text, std::size_t bytes_max) {
  std::string line;
  for (const char c : text) {
    const bool blank = static_cast<unsigned char>(c) <= ' ' || c == 0x7F;
    if (!blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  if (line.size() <= bytes_max) return line;
  line.resize(base::utf8_prefix(line, bytes_max > 3 ? bytes_max - 3 : 0).size());
  return line + "...";
}

std::string scalar(const rapidjson::Value& value) {
  if (value.IsObject() || value.IsArray()) return "";
  if (value.IsString()) {
    const std::string text = on_one_line(base::json_text(value), kDefaultBytesMax);
    return '"' + text + '"';
  }
  return on_one_line(base::to_json(value), kDefaultBytesMax);
}

std::string_view short_type(std::string_view type) {
  static constexpr std::array<std::array<std::string_view, 2>, 5> kShort{{{"string", "str"},
                                                                          {"integer", "int"},
                                                                          {"number", "num"},
                                                                          {"boolean", "bool"},
                                                                          {"null", "null"}}};
  for (const auto& [from, to] : kShort) {
    if (type == from) return to;
  }
  return "any";
}

bool is_required(const rapidjson::Value& schema, std::string_view name) {
  const auto* required = base::json_array(schema, "required");
  if (required == nullptr) return false;
  for (std::uint32_t i = 0; i < std::min<std::uint32_t>(required->Size(), kRequiredVisitedMax);
       ++i) {
    const auto& item = (*required)[i];
    if (item.IsString() && base::json_text(item) == name) return true;
  }
  return false;
}

// Writes types; holds the whole schema, into which "$ref" points.
class TypeWriter {
 public:
  explicit TypeWriter(const rapidjson::Value& whole) : whole_(whole) {}

  // "a*: str, b: int = 1" of an object's properties, the required ones first.
  std::string parameters(const rapidjson::Value& object, std::size_t count_max,
                         std::size_t bytes_max, std::uint32_t depth) const {
    const auto* properties = base::json_object(object, "properties");
    if (properties == nullptr) return "";
    std::string out;
    std::size_t count = 0;
    for (const bool required : {true, false}) {
      std::uint32_t visited = 0;
      for (const auto& member : properties->GetObject()) {
        if (++visited > kPropertiesVisitedMax) break;
        const std::string_view name = base::json_text(member.name);
        if (is_required(object, name) != required) continue;
        std::string one = on_one_line(name, kNameBytesMax) + (required ? "*: " : ": ");
        std::string type = type_of(member.value, depth);
        one += type.size() > kTypeBytesMax ? std::string("any") : std::move(type);
        if (const std::string value = required ? "" : default_of(member.value); !value.empty()) {
          one += " = " + value;
        }
        if (count++ == count_max || out.size() + one.size() + 7 > bytes_max) {
          return out.empty() ? "..." : out + ", ...";
        }
        if (!out.empty()) out += ", ";
        out += one;
      }
    }
    if (properties->MemberCount() > kPropertiesVisitedMax) out += out.empty() ? "..." : ", ...";
    return out;
  }

 private:
  static std::string default_of(const rapidjson::Value& schema) {
    const auto* value = schema.IsObject() ? base::json_member(schema, "default") : nullptr;
    if (value == nullptr || value->IsNull()) return "";
    if (value->IsString() && value->GetStringLength() == 0) return "";
    return scalar(*value);
  }

  std::string type_of(const rapidjson::Value& given, std::uint32_t depth) const {
    if (++types_visited_ > kTypesVisitedMax) return "any";
    const rapidjson::Value* schema = resolve(given);
    if (schema == nullptr || !schema->IsObject()) return "any";
    if (const auto* value = base::json_member(*schema, "const")) return scalar(*value);
    if (const auto* values = base::json_array(*schema, "enum")) return choices_of_values(*values);
    for (const char* key : {"anyOf", "oneOf"}) {
      if (const auto* list = base::json_array(*schema, key)) return choices(*list, depth);
    }
    if (const auto* list = base::json_array(*schema, "allOf");
        list != nullptr && list->Size() == 1) {
      return depth < kTypeDepthMax ? type_of((*list)[0], depth + 1) : "any";
    }
    if (const auto* list = base::json_array(*schema, "type")) return choices(*list, depth);
    const std::string_view type = base::json_string(*schema, "type").value_or("");
    if (type == "array" || base::json_member(*schema, "items") != nullptr) {
      const auto* items = base::json_object(*schema, "items");
      if (items == nullptr || depth >= kTypeDepthMax) return "[any]";
      return "[" + type_of(*items, depth + 1) + "]";
    }
    if (type == "object" || base::json_object(*schema, "properties") != nullptr) {
      if (depth >= kTypeDepthMax) return "{}";
      return "{" + parameters(*schema, kInnerParametersMax, kTypeBytesMax, depth + 1) + "}";
    }
    return std::string(short_type(type));
  }

  static std::string choices_of_values(const rapidjson::Value& values) {
    std::string out;
    std::size_t count = 0;
    for (const auto& value : values.GetArray()) {
      if (value.IsNull()) continue;
      if (count++ == kChoicesMax) return out + "|...";
      if (!out.empty()) out += '|';
      out += scalar(value);
    }
    return out.empty() ? "any" : out;
  }

  // Alternatives, each once, without null: being optional says that already.
  std::string choices(const rapidjson::Value& list, std::uint32_t depth) const {
    std::vector<std::string> types;
    for (const auto& item : list.GetArray()) {
      std::string type = item.IsString()         ? std::string(plain(base::json_text(item)))
                         : depth < kTypeDepthMax ? type_of(item, depth + 1)
                                                 : "any";
      if (type == "null" || std::ranges::find(types, type) != types.end()) continue;
      if (types.size() == kChoicesMax) break;
      types.push_back(std::move(type));
    }
    std::string out;
    for (const std::string& type : types) out += (out.empty() ? "" : "|") + type;
    return out.empty() ? "any" : out;
  }

  static std::string_view plain(std::string_view type) {
    if (type == "array") return "[any]";
    if (type == "object") return "{}";
    return short_type(type);
  }

  // Follows "#/$defs/Name" and "#/definitions/Name"; null when the target is missing or goes in
  // circles.
  const rapidjson::Value* resolve(const rapidjson::Value& schema) const {
    const rapidjson::Value* at = &schema;
    for (int hops = 0; hops < 4; ++hops) {
      if (!at->IsObject()) return nullptr;
      const auto ref = base::json_string(*at, "$ref");
      if (!ref) return at;
      at = definition(*ref);
      if (at == nullptr) return nullptr;
    }
    return nullptr;
  }

  const rapidjson::Value* definition(std::string_view ref) const {
    for (const std::string_view group :
         {std::string_view("$defs"), std::string_view("definitions")}) {
      const std::string prefix = "#/" + std::string(group) + "/";
      if (!ref.starts_with(prefix)) continue;
      const auto* definitions = base::json_object(whole_, group);
      return definitions == nullptr ? nullptr
                                    : base::json_member(*definitions, ref.substr(prefix.size()));
    }
    return nullptr;
  }

  const rapidjson::Value& whole_;
  mutable std::uint32_t types_visited_ = 0;
};

}  // namespace

std::string tool_signature(std::string_view name, const rapidjson::Value& input_schema) {
  std::string line(name);
  line += '(';
  if (input_schema.IsObject()) {
    line += TypeWriter(input_schema)
                .parameters(input_schema, kSignatureParametersMax, kSignatureBytesMax, 0);
  }
  line += ')';
  return line;
}

std::string tool_signature(std::string_view name, std::string_view input_schema) {
  const auto parsed = base::parse_document(input_schema);
  return parsed.ok() ? tool_signature(name, *parsed) : std::string(name) + "()";
}

std::string first_sentence(std::string_view description, std::size_t bytes_max) {
  description.remove_prefix(std::min(description.find_first_not_of(" \t\r\n"), description.size()));
  std::size_t end = 0;
  for (; end < description.size(); ++end) {
    const char c = description[end];
    if (c == '\n') break;
    if (c != '.' && c != '!' && c != '?') continue;
    const bool last = end + 1 == description.size();
    const bool spaced = !last && (description[end + 1] == ' ' || description[end + 1] == '\n');
    const bool abbreviation = end >= 2 && c == '.' && description[end - 2] == '.';
    if (last || (spaced && !abbreviation)) {
      ++end;
      break;
    }
  }
  return on_one_line(description.substr(0, end), bytes_max);
}

}  // namespace protocol
