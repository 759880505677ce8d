// `mcptrunk groups add`, `remove`, `rename`, `assign` and `unassign`.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/groups_view.h"
#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

struct Draft {
  std::string name;
  std::string description;
  std::string parent;
  std::string color;
  bool disabled = false;
  std::vector<std::string> members;
};

std::string path_of(const std::string& name) {
  return "groups/" + percent_encoded(name);
}

void write_list(base::JsonWriter& out, std::string_view field,
                const std::vector<std::string>& values) {
  out.key(field).begin_array();
  for (const std::string& value : values) out.value(value);
  out.end_array();
}

std::string body_of(const Draft& draft) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().field("name", draft.name);
  if (!draft.description.empty()) out.field("description", draft.description);
  if (!draft.parent.empty()) out.field("parent", draft.parent);
  if (!draft.color.empty()) out.field("color", draft.color);
  if (draft.disabled) out.field("enabled", false);
  if (!draft.members.empty()) write_list(out, "members", draft.members);
  out.end_object();
  return text;
}

void add_add(CommandLine& line, CLI::App& groups) {
  auto draft = std::make_shared<Draft>();
  CLI::App* command = line.add(groups, "add", "Add a group",
                               "mcptrunk groups add databases --server postgres --server redis");
  command->add_option("name", draft->name, "Its name")->required()->option_text("NAME");
  command->add_option("--description", draft->description, "What it is for")->option_text("TEXT");
  line.takes(
      command->add_option("--parent", draft->parent, "The group above it")->option_text("GROUP"),
      Values::groups);
  command->add_option("--color", draft->color, "Its color for those that show it")
      ->option_text("COLOR");
  line.takes(line.add_repeated(command, "-s,--server", draft->members, "A server that joins it")
                 ->option_text("NAME"),
             Values::servers);
  command->add_flag("--disabled", draft->disabled, "Its servers are held from the beginning");
  line.on(command, [&context = line.context, draft] {
    return context.present(context.post("groups", body_of(*draft)), render_group_action);
  });
}

void add_remove(CommandLine& line, CLI::App& groups) {
  auto name = std::make_shared<std::string>();
  CLI::App* command =
      line.add(groups, "remove", "Remove a group; its servers stay, its subgroups move up",
               "mcptrunk groups remove databases");
  line.takes(command->add_option("name", *name, "The group")->required()->option_text("NAME"),
             Values::groups);
  line.on(command, [&context = line.context, name] {
    return context.present(context.remove(path_of(*name)), render_group_action);
  });
}

void add_rename(CommandLine& line, CLI::App& groups) {
  struct Names {
    std::string from;
    std::string to;
  };
  auto names = std::make_shared<Names>();
  CLI::App* command = line.add(groups, "rename", "Rename a group, wherever it is named",
                               "mcptrunk groups rename databases stores");
  line.takes(command->add_option("name", names->from, "The group")->required()->option_text("NAME"),
             Values::groups);
  command->add_option("new-name", names->to, "Its new name")->required()->option_text("NEW-NAME");
  line.on(command, [&context = line.context, names] {
    std::string body;
    base::JsonWriter out(body);
    out.begin_object().field("name", names->to).end_object();
    return context.present(
        context.patch(path_of(names->from), body),
        [names](const rapidjson::Value& data, const Screen&) {
          const std::string name = text_of(data, "group");
          return names->from == name ? fmt::format("{}: nothing to change\n", one_clean_line(name))
                                     : fmt::format("{} is {} now\n", one_clean_line(names->from),
                                                   one_clean_line(name));
        });
  });
}

void add_membership(CommandLine& line, CLI::App& groups, const std::string& verb,
                    const std::string& description) {
  struct Names {
    std::string group;
    std::vector<std::string> servers;
  };
  auto names = std::make_shared<Names>();
  CLI::App* command = line.add(groups, verb, description,
                               fmt::format("mcptrunk groups {} databases postgres redis", verb));
  line.takes(
      command->add_option("name", names->group, "The group")->required()->option_text("NAME"),
      Values::groups);
  line.takes(command->add_option("servers", names->servers, "The servers")
                 ->required()
                 ->option_text("SERVER..."),
             Values::servers);
  line.on(command, [&context = line.context, names, verb] {
    std::string body;
    base::JsonWriter out(body);
    out.begin_object();
    write_list(out, verb, names->servers);
    out.end_object();
    return context.present(context.patch(path_of(names->group), body), render_group_action);
  });
}

}  // namespace

void add_group_edits(CommandLine& line, CLI::App& groups) {
  add_add(line, groups);
  add_remove(line, groups);
  add_rename(line, groups);
  add_membership(line, groups, "assign", "Take servers into a group");
  add_membership(line, groups, "unassign", "Let servers go from a group");
}

}  // namespace proxy::cli
