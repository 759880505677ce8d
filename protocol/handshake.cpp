#include "protocol/handshake.h"

#include "base/utf8.h"
#include "protocol/jsonrpc.h"
#include "protocol/members.h"

namespace protocol {
namespace {

// At most `bytes_max` bytes of a string, cut where a character ends.
std::string limited(const JsonMember& member, std::size_t bytes_max) {
  std::string text = member.text();
  text.resize(base::utf8_prefix(text, bytes_max).size());
  return text;
}

Implementation read_implementation(std::string_view raw) {
  Implementation who;
  for_each_member(raw, [&](const JsonMember& member) {
    if (member.kind != JsonKind::string) return true;
    if (member.key_is("name")) who.name = limited(member, kHandshakeTextMax);
    if (member.key_is("version")) who.version = limited(member, kHandshakeTextMax);
    if (member.key_is("title")) who.title = limited(member, kHandshakeTextMax);
    return true;
  });
  return who;
}

// A capability is there when it is an object; a member of it is on when it is true or an object.
bool is_on(const JsonMember& member) {
  return member.kind == JsonKind::object || member.value == "true";
}

ClientAbilities read_client_abilities(std::string_view raw) {
  ClientAbilities abilities;
  for_each_member(raw, [&](const JsonMember& ability) {
    if (ability.kind != JsonKind::object) return true;
    if (ability.key_is("tasks")) abilities.tasks = true;
    const bool roots = ability.key_is("roots");
    const bool sampling = ability.key_is("sampling");
    const bool elicitation = ability.key_is("elicitation");
    bool form = false;
    if (roots || sampling || elicitation) {
      for_each_member(ability.value, [&](const JsonMember& part) {
        if (!is_on(part)) return true;
        if (roots && part.key_is("listChanged")) abilities.roots_list_changed = true;
        if (sampling && part.key_is("tools")) abilities.sampling_tools = true;
        if (elicitation && part.key_is("url")) abilities.elicitation_url = true;
        if (elicitation && part.key_is("form")) form = true;
        return true;
      });
    }
    abilities.roots |= roots;
    abilities.sampling |= sampling;
    // `{}` means form only, which is all that 2025-06-18 knew.
    if (elicitation) abilities.elicitation = form || !abilities.elicitation_url;
    return true;
  });
  return abilities;
}

// The members both sides' handshakes have.
struct Parts {
  std::string protocol_version;
  std::string instructions;
  std::string_view capabilities;
  std::string_view info;
};

base::Result<Parts> read_parts(std::string_view raw, std::string_view info_key,
                               base::ErrorCode code) {
  Parts parts;
  const JsonFault fault = for_each_member(raw, [&](const JsonMember& member) {
    if (member.kind == JsonKind::object) {
      if (member.key_is("capabilities")) parts.capabilities = member.value;
      if (member.key_is(info_key)) parts.info = member.value;
    } else if (member.kind == JsonKind::string) {
      if (member.key_is("protocolVersion")) {
        parts.protocol_version = limited(member, kHandshakeTextMax);
      }
      if (member.key_is("instructions")) {
        parts.instructions = limited(member, kInstructionsBytesMax);
      }
    }
    return true;
  });
  if (!ok(fault) || parts.protocol_version.empty()) {
    return base::Error{code, "initialize has no protocolVersion", "Send it as a string"};
  }
  if (parts.capabilities.empty()) {
    return base::Error{code, "initialize has no capabilities", "Send them as an object"};
  }
  return parts;
}

void append_implementation(std::string& out, const Implementation& who) {
  out += "{\"name\":";
  append_json_string(out, who.name);
  if (!who.title.empty()) {
    out += ",\"title\":";
    append_json_string(out, who.title);
  }
  out += ",\"version\":";
  append_json_string(out, who.version);
  out += '}';
}

// Writes "key":{..} pairs with the commas in between.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  void add(bool wanted, std::string_view key, std::string_view raw) {
    if (!wanted) return;
    if (!first_) out_ += ',';
    first_ = false;
    append_json_string(out_, key);
    out_ += ':';
    out_ += raw;
  }
  void end() { out_ += '}'; }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view with_list_changed(bool list_changed) {
  return list_changed ? R"({"listChanged":true})" : "{}";
}

}  // namespace

ServerAbilities read_server_abilities(std::string_view raw) {
  ServerAbilities abilities;
  for_each_member(raw, [&](const JsonMember& ability) {
    if (ability.kind != JsonKind::object) return true;
    bool list_changed = false;
    bool subscribe = false;
    for_each_member(ability.value, [&](const JsonMember& part) {
      if (part.key_is("listChanged")) list_changed = is_on(part);
      if (part.key_is("subscribe")) subscribe = is_on(part);
      return true;
    });
    if (ability.key_is("tools")) {
      abilities.tools = true;
      abilities.tools_list_changed = list_changed;
    } else if (ability.key_is("prompts")) {
      abilities.prompts = true;
      abilities.prompts_list_changed = list_changed;
    } else if (ability.key_is("resources")) {
      abilities.resources = true;
      abilities.resources_list_changed = list_changed;
      abilities.resources_subscribe = subscribe;
    }
    abilities.logging |= ability.key_is("logging");
    abilities.completions |= ability.key_is("completions");
    abilities.tasks |= ability.key_is("tasks");
    return true;
  });
  return abilities;
}

base::Result<InitializeParams> read_initialize_params(std::string_view raw) {
  auto parts = read_parts(raw, "clientInfo", base::ErrorCode::invalid_message);
  if (!parts.ok()) return std::move(parts.error());
  InitializeParams params;
  params.protocol_version = std::move(parts->protocol_version);
  params.capabilities = parts->capabilities;
  params.abilities = read_client_abilities(parts->capabilities);
  if (!parts->info.empty()) params.client = read_implementation(parts->info);
  return params;
}

base::Result<InitializeResult> read_initialize_result(std::string_view raw) {
  auto parts = read_parts(raw, "serverInfo", base::ErrorCode::protocol_error);
  if (!parts.ok()) return std::move(parts.error());
  InitializeResult result;
  result.protocol_version = std::move(parts->protocol_version);
  result.capabilities = parts->capabilities;
  result.abilities = read_server_abilities(parts->capabilities);
  result.instructions = std::move(parts->instructions);
  if (!parts->info.empty()) result.server = read_implementation(parts->info);
  return result;
}

void append_initialize_params(std::string& out, Revision offered, const ClientAbilities& abilities,
                              const Implementation& client) {
  out += "{\"protocolVersion\":\"";
  out += to_string(offered);
  out += "\",\"capabilities\":";
  ObjectWriter writer(out);
  writer.add(abilities.roots, "roots", with_list_changed(abilities.roots_list_changed));
  writer.add(abilities.sampling, "sampling", abilities.sampling_tools ? R"({"tools":{}})" : "{}");
  writer.add(abilities.elicitation || abilities.elicitation_url, "elicitation",
             !abilities.elicitation_url ? "{}"
             : abilities.elicitation    ? R"({"form":{},"url":{}})"
                                        : R"({"url":{}})");
  writer.end();
  out += ",\"clientInfo\":";
  append_implementation(out, client);
  out += '}';
}

void append_initialize_result(std::string& out, Revision revision, const ServerAbilities& abilities,
                              const Implementation& server, std::string_view instructions) {
  out += "{\"protocolVersion\":\"";
  out += to_string(revision);
  out += "\",\"capabilities\":";
  ObjectWriter writer(out);
  writer.add(abilities.tools, "tools", with_list_changed(abilities.tools_list_changed));
  writer.add(abilities.prompts, "prompts", with_list_changed(abilities.prompts_list_changed));
  writer.add(abilities.resources && !abilities.resources_subscribe, "resources",
             with_list_changed(abilities.resources_list_changed));
  writer.add(abilities.resources && abilities.resources_subscribe, "resources",
             abilities.resources_list_changed ? R"({"subscribe":true,"listChanged":true})"
                                              : R"({"subscribe":true})");
  writer.add(abilities.logging, "logging", "{}");
  writer.add(abilities.completions && has(revision, Feature::completions_capability), "completions",
             "{}");
  writer.end();
  out += ",\"serverInfo\":";
  append_implementation(out, server);
  if (!instructions.empty()) {
    out += ",\"instructions\":";
    append_json_string(out, instructions);
  }
  out += '}';
}

}  // namespace protocol
