// `mcptrunk groups ...`.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/groups_view.h"
#include "proxy/cli/json_view.h"
#include "proxy/cli/wait.h"

namespace proxy::cli {
namespace {

struct Options {
  std::string name;
  bool wait = false;
  std::int64_t wait_seconds = kWaitDefault.count();
};

struct Members {
  std::vector<std::string> changed;  // those the operation reached
  bool partial_failure = false;
};

base::Result<Members> members_of(const std::string& data, Goal goal) {
  const auto document = base::parse_document(data, Context::kDataLimits);
  if (!document) return document.error();
  Members members;
  members.partial_failure = flag_of(*document, "partial_failure");
  std::vector<std::string> failed;
  for_each_in(*document, "failed_servers",
              [&](const rapidjson::Value& one) { failed.push_back(text_of(one, "server")); });
  for_each_in(*document, "members", [&](const rapidjson::Value& one) {
    std::string server = text_of(one, "server");
    // Those that keep out of the way (disabled by hand, quarantined) are where they should be.
    const std::string mode = text_of(one, "effective_mode");
    const bool stays = goal == Goal::running && (mode == "disabled" || mode == "quarantined");
    if (!stays && std::ranges::find(failed, server) == failed.end()) {
      members.changed.push_back(std::move(server));
    }
  });
  return members;
}

// The daemon's answer with those that did not get there among the failed ones.
base::Result<std::string> with_missed(const std::string& data, const std::vector<Missed>& missed) {
  auto document = base::parse_document(data, Context::kDataLimits);
  if (!document) return document.error();
  if (missed.empty() || !document->IsObject()) return data;
  auto& memory = document->GetAllocator();
  const auto set = [&](const char* name, rapidjson::Value value) {
    const auto member = document->FindMember(name);
    if (member != document->MemberEnd()) {
      member->value = value;
    } else {
      document->AddMember(rapidjson::StringRef(name), value, memory);
    }
  };
  rapidjson::Value failed(rapidjson::kArrayType);
  if (const auto* array = base::json_array(*document, "failed_servers")) {
    failed.CopyFrom(*array, memory);
  }
  for (const Missed& one : missed) {
    std::string text;
    base::JsonWriter out(text);
    out.begin_object().field("server", one.server).key("error").begin_object();
    out.field("code", base::to_string(one.error.code)).field("message", one.error.message);
    out.field("remedy", one.error.remedy).end_object().end_object();
    rapidjson::Value entry;
    entry.CopyFrom(*base::parse_document(text), memory);
    failed.PushBack(entry, memory);
  }
  set("failed_servers", std::move(failed));
  set("partial_failure", rapidjson::Value(true));
  set("success", rapidjson::Value(false));
  return base::to_json(*document);
}

ExitCode act_and_wait(Context& context, Goal goal, const Options& options,
                      const std::string& data) {
  if (context.format == Format::table) {
    const ExitCode shown = context.present(data, render_group_action);
    if (shown != ExitCode::ok) return shown;
  }
  const auto members = members_of(data, goal);
  if (!members) return context.fail(members.error());
  const auto outcome =
      wait_for(context, goal, members->changed, std::chrono::seconds(options.wait_seconds));
  if (!outcome) return context.fail(outcome.error());
  if (context.format == Format::json) {
    const ExitCode shown = context.present(with_missed(data, outcome->missed), render_group_action);
    if (shown != ExitCode::ok) return shown;
  } else {
    for (const Missed& missed : outcome->missed) {
      context.console().err(one_clean_line(one_line(missed)) + "\n");
    }
  }
  const bool partial = members->partial_failure || !outcome->missed.empty();
  return partial ? ExitCode::partial_failure : ExitCode::ok;
}

ExitCode act(Context& context, const std::string& action, Goal goal, const Options& options) {
  const auto data =
      context.post(fmt::format("groups/{}/{}", percent_encoded(options.name), action), "{}");
  if (data && options.wait) return act_and_wait(context, goal, options, *data);
  const ExitCode shown = context.present(data, render_group_action);
  if (shown != ExitCode::ok) return shown;
  const auto members = members_of(*data, goal);
  if (!members) return context.fail(members.error());
  return members->partial_failure ? ExitCode::partial_failure : ExitCode::ok;
}

void add_action(CommandLine& line, CLI::App& groups, const std::string& action, Goal goal,
                const std::string& description) {
  auto options = std::make_shared<Options>();
  CLI::App* command = line.add(groups, action, description,
                               fmt::format("mcptrunk groups {} databases --wait", action));
  line.takes(
      command->add_option("name", options->name, "The group")->required()->option_text("NAME"),
      Values::groups);
  command->add_flag("--wait", options->wait, "Wait until its servers are there");
  command->add_option("--wait-timeout", options->wait_seconds, "Seconds to wait (60)")
      ->check(CLI::Range(1, 3600).description(""))
      ->option_text("SECONDS");
  line.on(command, [&context = line.context, action, goal, options] {
    return act(context, action, goal, *options);
  });
}

}  // namespace

void add_groups_command(CommandLine& line) {
  CLI::App* groups =
      line.add(line.app, "groups", "See and switch groups of servers", "mcptrunk groups list");
  groups->require_subcommand(1);
  CLI::App* list = line.add(*groups, "list", "All groups and how many servers they have",
                            "mcptrunk groups list");
  line.on(list, [&context = line.context] {
    return context.present(context.get("groups"), render_groups);
  });
  add_action(line, *groups, "enable", Goal::running, "Let a group's servers run again");
  add_action(line, *groups, "disable", Goal::stopped, "Hold a group's servers");
  add_action(line, *groups, "restart", Goal::running, "Restart a group's servers");
  add_group_edits(line, *groups);
}

}  // namespace proxy::cli
