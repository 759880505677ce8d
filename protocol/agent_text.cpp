#include "protocol/agent_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <vector>

#include "base/hidden_text.h"
#include "protocol/jsonrpc.h"
#include "protocol/raw_json.h"

namespace protocol {
namespace {

// What the keys of an object are, and what the texts in it.
enum class Scope : std::uint8_t {
  definition,  // the outermost object of a definition
  schema,      // keys are words of JSON Schema or MCP
  names,       // keys are names: of parameters, of definitions
  values,      // every text means something to the server
};

constexpr std::array<std::string_view, 5> kNamesBelow{"properties", "patternProperties", "$defs",
                                                      "definitions", "dependentSchemas"};
constexpr std::array<std::string_view, 20> kValues{"name",
                                                   "uri",
                                                   "uriTemplate",
                                                   "src",
                                                   "mimeType",
                                                   "enum",
                                                   "const",
                                                   "default",
                                                   "examples",
                                                   "required",
                                                   "pattern",
                                                   "$ref",
                                                   "$id",
                                                   "$anchor",
                                                   "$schema",
                                                   "$dynamicRef",
                                                   "format",
                                                   "type",
                                                   "dependentRequired",
                                                   "_meta"};

template <class Words>
bool is_one_of(const Words& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

void append_escaped(std::string& out, char32_t c) {
  if (c >= 0x10000) {
    const std::uint32_t rest = static_cast<std::uint32_t>(c) - 0x10000;
    fmt::format_to(std::back_inserter(out), "\\u{:04x}\\u{:04x}", 0xD800 + (rest >> 10U),
                   0xDC00 + (rest & 0x3FFU));
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(c));
  }
}

std::string with_escapes(std::string_view text) {
  std::string out = "\"";
  std::string plain;
  const auto flush = [&] {
    std::string quoted;
    append_json_string(quoted, plain);
    out += between_quotes(quoted);
    plain.clear();
  };
  base::for_each_character(text, [&](std::string_view bytes, char32_t c, bool hidden) {
    if (!hidden) {
      plain += bytes;
      return;
    }
    flush();
    append_escaped(out, c);
  });
  flush();
  return out + '"';
}

std::string without(std::string_view text) {
  std::string out;
  append_json_string(out, base::without_hidden(text));
  return out;
}

// A sink of read_json() that copies the text, with other strings where some hide.
class AgentSink {
 public:
  AgentSink(std::string_view text, Scope outermost) : text_(text), outermost_(outermost) {}

  std::string take() {
    copy_to(text_.data() + text_.size());
    return std::move(out_);
  }

  bool scalar(JsonKind kind, std::string_view raw) {
    if (kind == JsonKind::string) {
      replace(raw,
              scopes_.empty() ? outermost_ == Scope::values : scope_of_value() == Scope::values);
    }
    return true;
  }
  bool key(std::string_view raw) {
    key_ = has_escapes(raw) ? unescape(raw) : std::string(raw);
    // With its quotes.
    replace({raw.data() - 1, raw.size() + 2}, true);
    return true;
  }
  bool open(JsonKind kind, const char*) {
    const Scope scope = scopes_.empty() ? outermost_ : scope_of_value();
    scopes_.push_back({scope, kind == JsonKind::array});
    return true;
  }
  bool close(const char*) {
    scopes_.pop_back();
    return true;
  }

 private:
  struct Level {
    Scope scope;
    bool is_array;
  };

  Scope scope_of_value() const {
    const Level& level = scopes_.back();
    if (level.scope == Scope::values || level.is_array) return level.scope;
    if (level.scope == Scope::names) return Scope::schema;
    if (is_one_of(kNamesBelow, key_)) return Scope::names;
    if (level.scope == Scope::definition && key_ == "name") return Scope::schema;
    return is_one_of(kValues, key_) ? Scope::values : Scope::schema;
  }

  void replace(std::string_view raw, bool keeps_value) {
    if (!may_hide(raw)) return;
    const std::string text = unescape(between_quotes(raw));
    if (!base::has_hidden(text)) return;
    copy_to(raw.data());
    out_ += keeps_value ? with_escapes(text) : without(text);
    copied_ = raw.data() + raw.size();
  }

  void copy_to(const char* end) {
    const char* from = copied_ == nullptr ? text_.data() : copied_;
    out_.append(from, static_cast<std::size_t>(end - from));
    copied_ = end;
  }

  std::string_view text_;
  Scope outermost_;
  std::vector<Level> scopes_;
  std::string key_;
  std::string out_;
  const char* copied_ = nullptr;  // what stands before is in out_; null: nothing yet
};

std::string cleaned(std::string_view json, Scope outermost) {
  if (!may_hide(json)) return std::string(json);
  AgentSink sink(json, outermost);
  if (!ok(read_json(json, sink))) return std::string(json);
  return sink.take();
}

}  // namespace

bool may_hide(std::string_view json) {
  return std::ranges::any_of(json, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x7F || byte == '\\';
  });
}

std::string agent_definition(std::string_view definition) {
  return cleaned(definition, Scope::definition);
}

std::string agent_json(std::string_view json) {
  return cleaned(json, Scope::schema);
}

}  // namespace protocol
