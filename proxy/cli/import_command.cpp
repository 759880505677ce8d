// `mcptrunk config import`.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proxy/cli/command.h"
#include "proxy/cli/import_plan.h"
#include "proxy/cli/json_view.h"
#include "proxy/config/expansion.h"
#include "proxy/config/to_json.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024 * 1024;  // ~/.claude.json holds a history too

using Names = std::set<std::string, std::less<>>;

struct Options {
  std::string file;
  std::string program;
  bool apply = false;
  bool no_quarantine = false;
  ImportChoice choice;
};

std::vector<std::string> programs() {
  std::vector<std::string> names;
  for (const config::ForeignPlace& place : config::foreign_places()) {
    if (std::ranges::find(names, place.program) == names.end()) names.emplace_back(place.program);
  }
  return names;
}

// The files to read, those that exist; all places were looked at.
base::Result<std::vector<std::string>> files_of(Context& context, const Options& options) {
  if (!options.file.empty()) return std::vector<std::string>{options.file};
  const std::vector<std::string> known = programs();
  if (!options.program.empty() && std::ranges::find(known, options.program) == known.end()) {
    return base::Error{base::ErrorCode::invalid_argument,
                       fmt::format("\"{}\" is no program that is known here", options.program),
                       fmt::format("--from is one of: {}", fmt::join(known, ", "))};
  }
  std::vector<std::string> files;
  std::vector<std::string> looked;
  for (const config::ForeignPlace& place : config::foreign_places()) {
    if (!options.program.empty() && place.program != options.program) continue;
    looked.push_back(config::expand_path(place.path, context.env()).text);
    if (context.files().stat(looked.back())) files.push_back(looked.back());
  }
  if (!files.empty()) return files;
  return base::Error{base::ErrorCode::not_found,
                     fmt::format("there is no file to import from: {}", fmt::join(looked, ", ")),
                     "name one: mcptrunk config import FILE"};
}

base::Result<Names> names_in(Context& context, const char* list) {
  const auto data = context.get(list);
  if (!data) return data.error();
  const auto document = base::parse_document(*data, Context::kDataLimits);
  if (!document) return document.error();
  Names names;
  for_each_in(*document, list,
              [&](const rapidjson::Value& row) { names.insert(text_of(row, "name")); });
  return names;
}

base::Result<ImportPlan> plan_of(Context& context, const Options& options, const Names& known) {
  const auto files = files_of(context, options);
  if (!files) return files.error();
  const bool is_asked_for = !options.file.empty() || !options.program.empty();
  ImportPlan plan;
  for (const std::string& file : *files) {
    const auto text = context.files().read_file(file, kFileBytesMax);
    auto found = text ? config::read_foreign(*text, file) : text.error();
    if (found) {
      add_to_plan(plan, file, std::move(found).value(), options.choice, known);
    } else if (is_asked_for && files->size() == 1) {
      if (!text) return text.error();
      return base::Error{found.error().code, fmt::format("{}: {}", file, found.error().message),
                         found.error().remedy};
    } else if (found.error().code != base::ErrorCode::not_found) {
      context.console().err(fmt::format("{}: {}\n", file, base::one_line(found.error())));
    }
  }
  return plan;
}

// Groups first, parents last. Those that the daemon has stay as they are.
base::Result<void> add_groups(Context& context, const ImportPlan& plan) {
  const auto known = names_in(context, "groups");
  if (!known) return known.error();
  for (config::GroupConfig group : plan.groups) {
    if (known->contains(group.name)) continue;
    group.parent.clear();
    std::string body;
    base::JsonWriter out(body);
    out.begin_object().field("name", group.name).field("description", group.description);
    out.field("color", group.color).field("enabled", group.enabled).end_object();
    const auto made = context.post("groups", body);
    if (!made) return made.error();
  }
  for (const config::GroupConfig& group : plan.groups) {
    const bool named = std::ranges::find(plan.groups, group.parent, &config::GroupConfig::name) !=
                       plan.groups.end();
    if (known->contains(group.name) || !(named || known->contains(group.parent))) continue;
    std::string body;
    base::JsonWriter out(body);
    out.begin_object().field("parent", group.parent).end_object();
    const auto moved = context.patch("groups/" + percent_encoded(group.name), body);
    if (!moved) return moved.error();
  }
  return base::kDone;
}

void add_servers(Context& context, ImportPlan& plan) {
  plan.applied = true;
  for (PlannedServer& one : plan.servers) {
    if (one.status != ImportStatus::fresh) continue;
    const auto added = context.post("servers", config::to_json(one.found.server));
    one.status = added ? ImportStatus::added : ImportStatus::failed;
    if (!added) one.error = added.error();
  }
}

ExitCode tell(Context& context, const ImportPlan& plan) {
  context.console().out(context.format == Format::json
                            ? plan_json(plan)
                            : render_plan(plan, context.console().screen()));
  const bool failed = std::ranges::any_of(plan.servers, [](const PlannedServer& one) {
    return one.status == ImportStatus::failed || one.status == ImportStatus::unusable;
  });
  return plan.applied && failed ? ExitCode::partial_failure : ExitCode::ok;
}

ExitCode import(Context& context, Options options) {
  if (!options.file.empty() && !options.program.empty()) {
    return context.fail(
        {base::ErrorCode::invalid_argument, "a file and --from are given", "give one of them"});
  }
  if (options.apply && options.file.empty() && options.program.empty()) {
    return context.fail({base::ErrorCode::invalid_argument, "it is not said what to import",
                         "name a file, or a program with --from; without --apply all that can be "
                         "found is shown"});
  }
  options.choice.quarantine = !options.no_quarantine;
  const auto known = names_in(context, "servers");
  // Without a daemon it can still be seen what stands in a file.
  if (!known && (options.apply || known.error().code != base::ErrorCode::daemon_unreachable)) {
    return context.fail(known.error());
  }
  auto plan = plan_of(context, options, known ? *known : Names{});
  if (!plan) return context.fail(plan.error());
  if (const auto found = all_found(*plan, options.choice); !found) {
    return context.fail(found.error());
  }
  if (options.apply) {
    if (const auto grouped = add_groups(context, *plan); !grouped) {
      return context.fail(grouped.error());
    }
    add_servers(context, *plan);
  }
  return tell(context, *plan);
}

}  // namespace

void add_config_import(CommandLine& line, CLI::App& config) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      line.add(config, "import", "Take over the servers of another program; shows them first",
               "mcptrunk config import\n"
               "  mcptrunk config import --from cursor --apply\n"
               "  mcptrunk config import ~/.codex/config.toml --only docs --no-quarantine --apply\n"
               "What is imported is quarantined until `mcptrunk servers approve NAME`.");
  line.takes(command->add_option("file", options->file, "The file of the other program")
                 ->option_text("FILE"),
             Values::files);
  command->add_option("--from", options->program, "The program, where it keeps its file")
      ->option_text(fmt::format("{}", fmt::join(programs(), "|")));
  command->add_flag("--apply", options->apply, "Add them; without it they are only shown");
  command->add_flag("--no-quarantine", options->no_quarantine, "They may run at once");
  line.add_repeated(command, "--only", options->choice.only, "Only this server")
      ->option_text("NAME");
  line.takes(
      line.add_repeated(command, "-g,--group", options->choice.groups, "A group that they join")
          ->option_text("GROUP"),
      Values::groups);
  line.on(command, [&context = line.context, options] { return import(context, *options); });
}

}  // namespace proxy::cli
