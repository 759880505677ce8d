#include "proxy/config/import_entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "proxy/config/edit_context.h"
#include "proxy/config/server_json.h"
#include "proxy/config/server_reader.h"

namespace proxy::config {
namespace {

enum class Unit : std::uint8_t { none, seconds, milliseconds };

struct Field {
  std::string_view theirs;
  std::string_view ours;
  Unit unit = Unit::none;
};

// Fields that are the same thing under another name. Where two are given, the first one counts.
constexpr std::array kFields{
    Field{"command", "command"},
    Field{"args", "args"},
    Field{"env", "env"},
    Field{"cwd", "working_dir"},
    Field{"working_dir", "working_dir"},
    Field{"workingDirectory", "working_dir"},
    Field{"httpUrl", "url"},
    Field{"serverUrl", "url"},
    Field{"url", "url"},
    Field{"headers", "headers"},
    Field{"http_headers", "headers"},
    Field{"description", "description"},
    Field{"disabled", "disabled"},
    Field{"enabled", "enabled"},
    Field{"enabled_tools", "enabled_tools"},
    Field{"includeTools", "enabled_tools"},
    Field{"disabled_tools", "disabled_tools"},
    Field{"disabledTools", "disabled_tools"},
    Field{"excludeTools", "disabled_tools"},
    Field{"startup_timeout_sec", "connect_timeout", Unit::seconds},
    Field{"startup_timeout_ms", "connect_timeout", Unit::milliseconds},
    Field{"tool_timeout_sec", "call_timeout", Unit::seconds},
    Field{"timeout", "call_timeout", Unit::milliseconds},
};

// Fields that are read in another way, or mean nothing here.
constexpr std::array<std::string_view, 13> kQuiet{
    "type",    "transport",     "transportType", "bearer_token_env_var", "env_http_headers",
    "name",    "trust",         "alwaysAllow",   "autoApprove",          "gallery",
    "version", "extensionName", "required"};

// Their words for a transport.
std::string_view protocol_of(std::string_view word) {
  if (word == "stdio" || word == "local") return "stdio";
  if (word == "sse") return "sse";
  if (word == "http" || word == "streamable-http" || word == "streamableHttp" ||
      word == "streamable_http") {
    return "streamable-http";
  }
  return "";
}

std::string_view slice(std::string_view text, const JsonNode& node) {
  return text.substr(node.value.begin, node.value.size());
}

const JsonNode* given(const JsonNode& entry, std::string_view name) {
  const JsonNode* node = entry.find(name);
  return node == nullptr || node->is(JsonKind::null) ? nullptr : node;
}

// The members of an entry of ours as JSON texts.
using Members = std::map<std::string, std::string, std::less<>>;

void take_fields(std::string_view text, const JsonNode& entry, Members& members) {
  for (const Field& field : kFields) {
    const JsonNode* node = given(entry, field.theirs);
    if (node == nullptr) continue;
    std::string value(slice(text, *node));
    if (field.unit == Unit::milliseconds && node->is(JsonKind::number)) {
      value = json_of(node->text + "ms");
    }
    members.emplace(field.ours, std::move(value));
  }
}

// The first of their names for a list of ours; null when none is given.
const JsonNode* list_for(const JsonNode& entry, std::string_view ours) {
  for (const Field& field : kFields) {
    if (field.ours != ours) continue;
    if (const JsonNode* node = given(entry, field.theirs)) return node;
  }
  return nullptr;
}

// Codex and Gemini: what is denied is taken out of what is allowed. Here one of the lists stands.
void take_denied_tools_out(const JsonNode& entry, Members& members) {
  const JsonNode* allowed = list_for(entry, "enabled_tools");
  const JsonNode* denied = list_for(entry, "disabled_tools");
  if (allowed == nullptr || denied == nullptr) return;
  if (!allowed->is(JsonKind::array) || !denied->is(JsonKind::array)) return;
  std::string left = "[";
  for (const JsonNode& tool : allowed->children) {
    if (std::ranges::find(denied->children, tool.text, &JsonNode::text) != denied->children.end()) {
      continue;
    }
    left += (left.size() > 1 ? "," : "") + json_of(tool.text);
  }
  members["enabled_tools"] = left + "]";
  members.erase("disabled_tools");
}

void take_protocol(const JsonNode& entry, Members& members) {
  for (const std::string_view name : {"type", "transport", "transportType"}) {
    const JsonNode* node = given(entry, name);
    if (node == nullptr || !node->is(JsonKind::string)) continue;
    const std::string_view word = protocol_of(node->text);
    if (!word.empty()) members.emplace("protocol", json_of(word));
    return;
  }
  // Gemini: httpUrl is Streamable HTTP.
  if (given(entry, "httpUrl") != nullptr) members.emplace("protocol", json_of("streamable-http"));
}

// Codex names the variables that hold headers.
void take_header_variables(const JsonNode& entry, ServerConfig& server) {
  const JsonNode* token = given(entry, "bearer_token_env_var");
  if (token != nullptr && token->is(JsonKind::string)) {
    server.headers["Authorization"] = fmt::format("Bearer ${{{}}}", token->text);
  }
  const JsonNode* headers = given(entry, "env_http_headers");
  if (headers == nullptr || !headers->is(JsonKind::object)) return;
  for (const JsonNode& header : headers->children) {
    server.headers[header.key] = fmt::format("${{{}}}", header.text);
  }
}

void note_unread(const JsonNode& entry, std::vector<std::string>& notes) {
  for (const JsonNode& member : entry.children) {
    const bool read = std::ranges::find(kFields, member.key, &Field::theirs) != kFields.end() ||
                      std::ranges::find(kQuiet, member.key) != kQuiet.end();
    if (!read) notes.push_back(fmt::format("\"{}\" is not imported", member.key));
  }
}

void translate(ServerConfig& server, std::vector<std::string>& notes) {
  const auto text = [&](std::string& value) { value = imported_text(std::move(value), notes); };
  text(server.command);
  text(server.working_dir);
  text(server.url);
  for (std::string& arg : server.args) text(arg);
  for (auto& [name, value] : server.env) text(value);
  for (auto& [name, value] : server.headers) text(value);
}

bool is_variable(std::string_view name) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, plain);
}

std::string variable_for(std::string_view input) {
  std::string out;
  for (const char c : input) {
    const auto byte = static_cast<unsigned char>(c);
    out += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out.front())) != 0) out = "_" + out;
  return out;
}

// What stands for "${reference}" here.
std::string translated(std::string_view reference, std::vector<std::string>& notes) {
  constexpr std::string_view kInput = "input:";
  if (reference == "userHome") return "${HOME}";
  if (reference.starts_with(kInput)) {
    const std::string variable = variable_for(reference.substr(kInput.size()));
    notes.push_back(fmt::format("set the variable {}: it was asked for there", variable));
    return "${" + variable + "}";
  }
  if (reference.starts_with("workspaceFolder")) {
    notes.push_back("${workspaceFolder} means nothing here: write the directory");
  }
  return fmt::format("${{{}}}", reference);
}

}  // namespace

std::string imported_name(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const bool multi = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;  // of the byte before
    if (multi) continue;
    const std::string_view one(&c, 1);
    out += is_server_name("a" + std::string(one) + "a") ? c : '-';
  }
  out = out.substr(0, 64);
  const auto begin = out.find_first_not_of(' ');
  if (begin == std::string::npos) return "imported";
  out = out.substr(begin, out.find_last_not_of(' ') - begin + 1);
  return is_server_name(out) ? out : "imported";
}

std::string imported_text(std::string text, std::vector<std::string>& notes) {
  if (text.size() > 1 && text.front() == '$' && is_variable(std::string_view(text).substr(1))) {
    return "${" + text.substr(1) + "}";
  }
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t open = text.find("${", at);
    const std::size_t close = open == std::string::npos ? open : text.find('}', open);
    if (close == std::string::npos) break;
    out += text.substr(at, open - at);
    out += translated(std::string_view(text).substr(open + 2, close - open - 2), notes);
    at = close + 1;
  }
  return out + text.substr(at);
}

ImportedServer import_entry(std::string_view text, const JsonNode& entry) {
  ImportedServer out;
  out.found_as = entry.key;
  out.server.name = imported_name(entry.key);
  if (out.server.name != entry.key) {
    out.notes.push_back(fmt::format("was \"{}\"", entry.key));
  }
  if (!entry.is(JsonKind::object)) {
    out.refused = base::Error{base::ErrorCode::invalid_argument,
                              fmt::format("must be an object, but is {}", describe(entry.kind)),
                              "correct the file"};
    return out;
  }
  Members members{{"name", json_of(out.server.name)}};
  take_fields(text, entry, members);
  take_denied_tools_out(entry, members);
  take_protocol(entry, members);
  std::string json = "{";
  for (const auto& [name, value] : members) {
    if (json.size() > 1) json += ',';
    json += json_of(name) + ':' + value;
  }
  auto server = server_from_json(json + "}");
  if (!server) {
    out.refused = std::move(server).error();
    out.refused->remedy = "Correct it in the file, or leave the server out with --only.";
    return out;
  }
  out.server = std::move(server).value();
  take_header_variables(entry, out.server);
  translate(out.server, out.notes);
  note_unread(entry, out.notes);
  return out;
}

}  // namespace proxy::config
