#include "proxy/rest/group_body.h"

#include <fmt/format.h>

#include "proxy/config/object_reader.h"
#include "proxy/config/request_body.h"
#include "proxy/config/server_reader.h"

namespace proxy::rest {
namespace {

using config::Diagnostics;
using config::JsonNode;
using config::ObjectReader;

constexpr std::string_view kGroupExample = R"({"name": "databases", "members": ["postgres"]})";
constexpr std::string_view kBackupExample = R"({"name": "state.mdb"})";
constexpr std::size_t kDescriptionMax = 10'000;

// Absent: nothing. null: empty.
void read_text(ObjectReader& reader, std::string_view key, std::optional<std::string>& out) {
  const JsonNode* member = reader.object().find(key);
  if (const JsonNode* given = reader.take(key, config::JsonKind::string)) {
    if (given->text.size() > kDescriptionMax) {
      reader.error(*given, "is too long", fmt::format("use at most {} bytes", kDescriptionMax));
      return;
    }
    out = given->text;
  } else if (member != nullptr && member->is(config::JsonKind::null)) {
    out = "";
  }
}

void read_names(ObjectReader& reader, std::string_view key,
                std::optional<std::vector<std::string>>& out) {
  const JsonNode* given = reader.object().find(key);
  std::vector<std::string> names;
  reader.read(key, names);
  if (given != nullptr && given->is(config::JsonKind::array)) out = std::move(names);
}

void read_name(ObjectReader& reader, std::optional<std::string>& out) {
  const JsonNode* given = reader.take("name", config::JsonKind::string);
  if (given == nullptr) return;
  out = given->text;
  if (!config::is_group_name(*out)) {
    reader.error(*given, fmt::format("\"{}\" cannot be the name of a group", *out),
                 std::string(config::kGroupNameRule));
  }
}

void read_fields(ObjectReader& reader, GroupChanges& changes) {
  read_name(reader, changes.name);
  read_text(reader, "description", changes.description);
  read_text(reader, "parent", changes.parent);
  read_text(reader, "color", changes.color);
  reader.read("enabled", changes.enabled);
  read_names(reader, "members", changes.members);
}

}  // namespace

base::Result<GroupDraft> group_draft_from(std::string_view body) {
  const auto root = config::object_of(body, "group", kGroupExample);
  if (!root) return root.error();
  Diagnostics diagnostics(body, config::UnknownFields::refused);
  ObjectReader reader(*root, "", diagnostics);
  GroupChanges fields;
  read_fields(reader, fields);
  reader.report_unused();
  if (!fields.name && !diagnostics.has_errors()) {
    reader.error("the name is missing", fmt::format("send {}", kGroupExample));
  }
  if (diagnostics.has_errors()) return config::faults_of(diagnostics.take());
  GroupDraft draft;
  draft.group.name = *std::move(fields.name);
  draft.group.description = fields.description.value_or("");
  draft.group.parent = fields.parent.value_or("");
  draft.group.color = fields.color.value_or("");
  draft.group.enabled = fields.enabled.value_or(true);
  draft.members = std::move(fields.members).value_or(std::vector<std::string>{});
  return draft;
}

base::Result<GroupChanges> group_changes_from(std::string_view body) {
  const auto root = config::object_of(body, "change of the group", R"({"description": "..."})");
  if (!root) return root.error();
  Diagnostics diagnostics(body, config::UnknownFields::refused);
  ObjectReader reader(*root, "", diagnostics);
  GroupChanges changes;
  read_fields(reader, changes);
  reader.read("assign", changes.assign);
  reader.read("unassign", changes.unassign);
  reader.report_unused();
  if (diagnostics.has_errors()) return config::faults_of(diagnostics.take());
  return changes;
}

base::Result<std::string> backup_name_from(std::string_view body) {
  if (body.empty()) return std::string();
  const auto root = config::object_of(body, "request", kBackupExample);
  if (!root) return root.error();
  Diagnostics diagnostics(body, config::UnknownFields::refused);
  ObjectReader reader(*root, "", diagnostics);
  std::string name;
  reader.read("name", name);
  reader.report_unused();
  if (diagnostics.has_errors()) return config::faults_of(diagnostics.take());
  return name;
}

}  // namespace proxy::rest
