// `mcptrunk servers ...`.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/server_fix.h"
#include "proxy/cli/servers_view.h"
#include "proxy/cli/wait.h"

namespace proxy::cli {
namespace {

struct ActionOptions {
  std::string name;
  bool wait = false;
  std::int64_t wait_seconds = kWaitDefault.count();
};

struct LogOptions {
  std::string name;
  std::uint32_t lines = 100;
};

std::string path_of(const std::string& name, std::string_view below = {}) {
  return fmt::format("servers/{}{}", percent_encoded(name), below);
}

// The state after waiting: with -o json the server as it is then.
ExitCode finish_wait(Context& context, Goal goal, const ActionOptions& options) {
  const auto outcome =
      wait_for(context, goal, {options.name}, std::chrono::seconds(options.wait_seconds));
  if (!outcome) return context.fail(outcome.error());
  if (context.format == Format::json) {
    const auto data = context.get(path_of(options.name));
    if (!data) return context.fail(data.error());
    context.console().out(*data + "\n");
  }
  if (outcome->missed.empty()) {
    if (context.format == Format::table) context.console().out(options.name + ": reached\n");
    return ExitCode::ok;
  }
  return context.fail({base::ErrorCode::internal, one_line(outcome->missed.front()),
                       fmt::format("mcptrunk servers why \"{}\"", options.name)});
}

ExitCode act(Context& context, const std::string& action, Goal goal, const ActionOptions& options) {
  const auto data = context.post(path_of(options.name, "/" + action), "{}");
  if (!data) return context.fail(with_fix(context, data.error(), options.name));
  if (!options.wait) return context.present(data, render_server_action);
  if (context.format == Format::table) {
    const ExitCode shown = context.present(data, render_server_action);
    if (shown != ExitCode::ok) return shown;
  }
  return finish_wait(context, goal, options);
}

void add_action(CommandLine& line, CLI::App& servers, const std::string& action, Goal goal,
                const std::string& description) {
  auto options = std::make_shared<ActionOptions>();
  CLI::App* command = line.add(servers, action, description,
                               fmt::format("mcptrunk servers {} github --wait", action));
  line.takes(
      command->add_option("name", options->name, "The server")->required()->option_text("NAME"),
      Values::servers);
  command->add_flag("--wait", options->wait, "Wait until it is there");
  command->add_option("--wait-timeout", options->wait_seconds, "Seconds to wait (60)")
      ->check(CLI::Range(1, 3600).description(""))
      ->option_text("SECONDS");
  line.on(command, [&context = line.context, action, goal, options] {
    return act(context, action, goal, *options);
  });
}

using Render = std::string (*)(const rapidjson::Value&, const Screen&);

void add_look(CommandLine& line, CLI::App& servers, const std::string& name,
              const std::string& description, Render render) {
  auto server = std::make_shared<std::string>();
  CLI::App* command =
      line.add(servers, name, description, fmt::format("mcptrunk servers {} github", name));
  line.takes(command->add_option("name", *server, "The server")->required()->option_text("NAME"),
             Values::servers);
  line.on(command, [&context = line.context, server, render] {
    return context.present(context.get(path_of(*server)), render);
  });
}

void add_logs(CommandLine& line, CLI::App& servers) {
  auto options = std::make_shared<LogOptions>();
  CLI::App* command = line.add(servers, "logs", "The last lines a server wrote to its stderr",
                               "mcptrunk servers logs github -n 20");
  line.takes(
      command->add_option("name", options->name, "The server")->required()->option_text("NAME"),
      Values::servers);
  command->add_option("-n,--lines", options->lines, "How many lines (100)")
      ->check(CLI::Range(1, 10'000).description(""))
      ->option_text("LINES");
  line.on(command, [&context = line.context, options] {
    const std::string path = path_of(options->name, fmt::format("/logs?lines={}", options->lines));
    return context.present(context.get(path), render_log);
  });
}

}  // namespace

void add_servers_command(CommandLine& line) {
  CLI::App* servers = line.add(line.app, "servers", "See and control the upstream servers",
                               "mcptrunk servers list");
  servers->require_subcommand(1);
  CLI::App* list =
      line.add(*servers, "list", "All servers and their states", "mcptrunk servers list -o json");
  line.on(list, [&context = line.context] {
    return context.present(context.get("servers"), render_servers);
  });
  add_look(line, *servers, "show", "All that is known of one server", render_server);
  add_look(line, *servers, "why", "Why a server is in its state, and what to do", render_why);
  add_action(line, *servers, "enable", Goal::running, "Let a server run");
  add_action(line, *servers, "disable", Goal::stopped, "Stop a server and keep it stopped");
  add_action(line, *servers, "restart", Goal::running, "Stop a server and start it afresh");
  add_action(line, *servers, "quarantine", Goal::stopped, "Keep a server from ever running");
  add_action(line, *servers, "approve", Goal::running, "Release a server from quarantine");
  add_logs(line, *servers);
  add_server_edits(line, *servers);
}

}  // namespace proxy::cli
