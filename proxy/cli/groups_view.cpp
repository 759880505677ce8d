#include "proxy/cli/groups_view.h"

#include <fmt/format.h>

#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

constexpr int kDepthMax = 32;

struct Tree {
  std::vector<const rapidjson::Value*> groups;
  std::vector<std::vector<Cell>> rows;

  bool known(const std::string& name) const {
    return std::ranges::any_of(groups,
                               [&](const auto* group) { return text_of(*group, "name") == name; });
  }

  void add_children(const std::string& parent, int depth) {
    if (depth > kDepthMax) return;
    for (const rapidjson::Value* group : groups) {
      const std::string above = text_of(*group, "parent");
      const bool root = parent.empty() && !above.empty() && !known(above);
      if (above == parent || root) add(*group, depth);
    }
  }

  void add(const rapidjson::Value& group, int depth) {
    const std::string name = text_of(group, "name");
    const std::string held_by = text_of(group, "held_by");
    const bool enabled = flag_of(group, "enabled");
    const auto* members = base::json_array(group, "members");
    const std::string state =
        !enabled ? text_of(group, "stopped_by") == "agent" ? "disabled by an agent" : "disabled"
        : held_by.empty() ? "enabled"
                          : "held by " + held_by;
    rows.push_back({{std::string(static_cast<std::size_t>(depth) * 2, ' ') + name},
                    {state, enabled && held_by.empty() ? Tone::good : Tone::dim},
                    {fmt::format("{}", members != nullptr ? members->Size() : 0)},
                    {fmt::format("{}", number_of(group, "ready"))},
                    {text_of(group, "description"), Tone::dim}});
    if (!name.empty()) add_children(name, depth + 1);
  }
};

}  // namespace

std::string render_groups(const rapidjson::Value& data, const Screen& screen) {
  Tree tree;
  for_each_in(data, "groups",
              [&](const rapidjson::Value& group) { tree.groups.push_back(&group); });
  if (tree.groups.empty()) return "no groups are configured\n";
  tree.add_children("", 0);
  return render_table(
      {{"GROUP"}, {"STATE"}, {"SERVERS", true}, {"READY", true}, {"DESCRIPTION", false, 12, 1}},
      tree.rows, screen);
}

std::string render_group_action(const rapidjson::Value& data, const Screen& screen) {
  const std::string group = text_of(data, "group");
  std::string text = fmt::format("{}: {}, {} updated, {} unchanged\n", one_clean_line(group),
                                 text_of(data, "action"), number_of(data, "updated"),
                                 number_of(data, "unchanged"));
  for_each_in(data, "members", [&](const rapidjson::Value& member) {
    const std::string held_by = text_of(member, "held_by");
    if (held_by.empty() || held_by == group) return;
    text += fmt::format("  {}: held by {}\n", one_clean_line(text_of(member, "server")),
                        one_clean_line(held_by));
  });
  for_each_in(data, "failed_servers", [&](const rapidjson::Value& failed) {
    const auto* error = base::json_object(failed, "error");
    text += fmt::format("  {}: {}\n", one_clean_line(text_of(failed, "server")),
                        toned(one_clean_line(error != nullptr ? text_of(*error, "message") : ""),
                              Tone::bad, screen));
  });
  return text;
}

}  // namespace proxy::cli
