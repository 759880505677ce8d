#include "proxy/catalog/shown_definition.h"

#include <array>

#include "protocol/agent_text.h"
#include "protocol/members.h"
#include "protocol/splice.h"

namespace proxy::catalog {
namespace {

using protocol::JsonKind;
using protocol::JsonMember;
using protocol::MemberEdit;

std::string quoted(std::string_view text) {
  std::string out;
  protocol::append_json_string(out, text);
  return out;
}

// A raw object with one of its members, a string, given another value.
std::string renamed(std::string_view json, std::string_view member, std::string_view value) {
  const std::string raw = quoted(value);
  const MemberEdit edit{member, raw};
  std::string out;
  protocol::append_edited_object(out, json, {&edit, 1});
  return out;
}

// The definition as agents read it; what had to be changed is kept in `clean`.
std::string_view agents_own(std::string_view json, std::string& clean) {
  if (!protocol::may_hide(json)) return json;
  clean = protocol::agent_definition(json);
  return clean;
}

// The member of a raw object, when it is of that kind.
std::string_view member_of(std::string_view object, std::string_view key, JsonKind kind) {
  std::string_view found;
  if (object.empty()) return found;
  (void)protocol::for_each_member(object, [&](const JsonMember& member) {
    if (member.kind == kind && member.key_is(key)) found = member.value;
    return true;
  });
  return found;
}

// The raw _meta of a tool with the URIs of its user interface replaced; empty when it names none.
std::string shown_meta(const Catalog& catalog, upstream::UpstreamId id, std::string_view meta) {
  const auto shown = [&](std::string_view raw) {
    return quoted(catalog.shown_uri(id, protocol::unescape(protocol::between_quotes(raw))));
  };
  const std::string_view ui = member_of(meta, "ui", JsonKind::object);
  const std::string_view uri = member_of(ui, "resourceUri", JsonKind::string);
  const std::string_view older = member_of(meta, "ui/resourceUri", JsonKind::string);
  if (uri.empty() && older.empty()) return {};
  std::string new_ui;
  std::string new_older;
  std::vector<MemberEdit> edits;
  if (!uri.empty()) {
    const std::string raw = shown(uri);
    const MemberEdit edit{"resourceUri", raw};
    protocol::append_edited_object(new_ui, ui, {&edit, 1});
    edits.push_back({"ui", new_ui});
  }
  if (!older.empty()) {
    new_older = shown(older);
    edits.push_back({"ui/resourceUri", new_older});
  }
  std::string out;
  protocol::append_edited_object(out, meta, edits);
  return out;
}

std::string own_text(std::string_view json, std::string_view name) {
  return protocol::may_hide(json) ? renamed(protocol::agent_definition(json), "name", name)
                                  : std::string(json);
}

}  // namespace

std::string own_definition(const Tool& tool) {
  return own_text(tool.json, tool.name);
}

std::string own_definition(const Prompt& prompt) {
  return own_text(prompt.json, prompt.name);
}

std::string own_definition(const Resource& resource_or_template) {
  std::string clean;
  return std::string(agents_own(resource_or_template.json, clean));
}

std::string shown_definition(const Catalog& catalog, upstream::UpstreamId id, const Tool& tool) {
  std::string clean;
  const std::string_view json = agents_own(tool.json, clean);
  if (json.find("resourceUri") == std::string_view::npos) {
    return renamed(json, "name", tool.flat_name);
  }
  const std::string_view meta = member_of(json, "_meta", JsonKind::object);
  const std::string new_meta = shown_meta(catalog, id, meta);
  if (new_meta.empty()) return renamed(json, "name", tool.flat_name);
  const std::string name = quoted(tool.flat_name);
  const std::array edits{MemberEdit{"name", name}, MemberEdit{"_meta", new_meta}};
  std::string out;
  protocol::append_edited_object(out, json, edits);
  return out;
}

std::string shown_definition(const Prompt& prompt) {
  std::string clean;
  return renamed(agents_own(prompt.json, clean), "name", prompt.flat_name);
}

std::string shown_resource(const Catalog& catalog, upstream::UpstreamId id,
                           const Resource& resource) {
  std::string clean;
  const std::string_view json = agents_own(resource.json, clean);
  const std::string shown = catalog.shown_uri(id, resource.uri);
  return shown == resource.uri ? std::string(json) : renamed(json, "uri", shown);
}

std::string shown_template(const Catalog& catalog, upstream::UpstreamId id, const Resource& entry) {
  std::string clean;
  const std::string_view json = agents_own(entry.json, clean);
  const std::string shown = catalog.shown_template(id, entry.uri);
  return shown == entry.uri ? std::string(json) : renamed(json, "uriTemplate", shown);
}

}  // namespace proxy::catalog
