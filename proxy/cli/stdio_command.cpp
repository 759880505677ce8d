// `mcptrunk stdio`: for clients that start their servers: speaks MCP on standard input and output.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/json.h"
#include "proxy/cli/command.h"
#include "proxy/cli/daemon_starter.h"
#include "proxy/cli/stdio_bridge.h"

namespace proxy::cli {
namespace {

struct Options {
  std::string server;
  std::string group;
  bool all = false;
  bool call = false;
};

std::string path_of(const Options& options) {
  if (!options.server.empty()) return "/mcp/servers/" + percent_encoded(options.server);
  if (!options.group.empty()) return "/mcp/groups/" + percent_encoded(options.group);
  if (options.all) return "/mcp/all";
  return options.call ? "/mcp/call" : "/mcp";
}

std::string own_program() {
  std::array<char, 4096> path{};
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size() - 1);
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "mcptrunk";
}

// Whole lines, past any buffer of ours; false when nobody reads.
bool write_line(std::string_view line) {
  std::string text(line);
  text += '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// An unknown server or group ends the program before it says a word on standard output.
base::Result<void> check_endpoint(const DaemonAddress& address, const std::string& path) {
  const Posted posted = McpLink(address, path).probe();
  if (posted.fate != PostFate::refused) return base::kDone;
  if (posted.status == 401) {
    return base::Error{base::ErrorCode::unauthorized, "the daemon needs its API key",
                       "give it with --api-key or MCPTRUNK_API_KEY"};
  }
  if (posted.status != 404) return base::kDone;
  const auto document = base::parse_document(posted.body);
  const auto* error = document ? base::json_object(*document, "error") : nullptr;
  const auto message = error != nullptr ? base::json_string(*error, "message") : std::nullopt;
  return base::Error{base::ErrorCode::not_found,
                     message ? std::string(*message) : fmt::format("there is no {}", path),
                     {}};
}

ExitCode bridge(Context& context, const Options& options) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string path = path_of(options);
  DaemonStarter starter(context, own_program());
  const auto address = starter.ensure();
  if (!address) return context.fail(address.error());
  if (const auto exists = check_endpoint(*address, path); !exists) {
    return context.fail(exists.error());
  }
  StdioBridge stdio(starter, path, write_line,
                    [&context](const base::Error& error) { context.fail(error); });
  return stdio.run(STDIN_FILENO) ? ExitCode::ok : ExitCode::failed;
}

}  // namespace

void add_stdio_command(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App* command = line.add(
      line.app, "stdio", "Speak MCP on stdin and stdout; starts the daemon when it is not running",
      "mcptrunk stdio --server github");
  auto* server = command->add_option("--server", options->server, "One server, its own tool names")
                     ->option_text("NAME");
  auto* group = command->add_option("--group", options->group, "The servers of one group")
                    ->option_text("NAME");
  auto* all = command->add_flag("--all", options->all, "Every tool of every server");
  auto* call = command->add_flag("--call", options->call, "The meta tools, whatever routing_mode");
  for (CLI::Option* one : {server, group, all, call}) {
    for (CLI::Option* other : {server, group, all, call}) {
      if (one != other) one->excludes(other);
    }
  }
  line.on(command, [&line, options] { return bridge(line.context, *options); });
}

}  // namespace proxy::cli
