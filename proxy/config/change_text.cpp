#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proxy/config/config_file.h"

namespace proxy::config {
namespace {

std::string quoted_names(const std::vector<std::string>& names) {
  constexpr std::size_t kNamesMax = 5;
  if (names.size() > kNamesMax) {
    return fmt::format("\"{}\" and {} more",
                       fmt::join(names.begin(), names.begin() + kNamesMax, "\", \""),
                       names.size() - kNamesMax);
  }
  return fmt::format("\"{}\"", fmt::join(names, "\", \""));
}

std::string text_of(const SetServerMode& edit) {
  return fmt::format(
      "set \"startup_mode\": \"{}\" in server {}{}", to_string(edit.mode),
      quoted_names(edit.servers),
      may_run(edit.mode) ? ", without \"enabled\": false or \"quarantined\": true" : "");
}
std::string text_of(const AddServer& edit) {
  return fmt::format("add server \"{}\" to \"mcpServers\"", edit.server.name);
}
std::string text_of(const UpdateServer& edit) {
  return fmt::format("change the fields of server \"{}\" as you asked", edit.server.name);
}
std::string text_of(const PatchServer& edit) {
  return fmt::format("change the fields of server \"{}\" as you asked", edit.server);
}
std::string text_of(const RemoveServer& edit) {
  return fmt::format("remove server \"{}\" from \"mcpServers\"", edit.server);
}
std::string text_of(const AddGroup& edit) {
  return fmt::format("add {{\"name\": \"{}\"}} to \"groups\"", edit.group.name);
}
std::string text_of(const UpdateGroup& edit) {
  return fmt::format("change the fields of group \"{}\" as you asked", edit.group.name);
}
std::string text_of(const PatchGroup& edit) {
  return fmt::format("change the fields of group \"{}\" as you asked", edit.group);
}
std::string text_of(const SetGroupEnabled& edit) {
  return fmt::format("set \"enabled\": {} in group \"{}\"", edit.enabled, edit.group);
}
std::string text_of(const RemoveGroup& edit) {
  return fmt::format("remove group \"{}\" and what refers to it", edit.group);
}
std::string text_of(const RenameGroup& edit) {
  return fmt::format("rename group \"{}\" to \"{}\" wherever it stands", edit.from, edit.to);
}
std::string text_of(const AssignServers& edit) {
  return fmt::format("add \"{}\" to \"groups\" of server {}", edit.group,
                     quoted_names(edit.servers));
}
std::string text_of(const SetMembers& edit) {
  return fmt::format("leave \"{}\" in \"groups\" of these servers only: {}", edit.group,
                     quoted_names(edit.servers));
}
std::string text_of(const SetSettings&) {
  return "change the settings of the top level as you asked";
}
std::string text_of(const UnassignServers& edit) {
  return fmt::format("remove \"{}\" from the groups of server {}", edit.group,
                     quoted_names(edit.servers));
}

}  // namespace

std::string describe(const Change& change) {
  if (std::holds_alternative<ReplaceText>(change)) return "replace its text by yours";
  if (std::holds_alternative<ReplaceConfig>(change)) return "make it what you sent";
  std::string out;
  for (const Edit& edit : std::get<std::vector<Edit>>(change)) {
    if (!out.empty()) out += "; ";
    out += std::visit([](const auto& typed) { return text_of(typed); }, edit);
  }
  return out;
}

}  // namespace proxy::config
