#include "proxy/cli/doctor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/secret_mask.h"
#include "proxy/config/expansion.h"
#include "proxy/config/groups.h"
#include "proxy/config/parser.h"
#include "proxy/config/secret_texts.h"
#include "proxy/security/data_files.h"
#include "upstream/transport/preflight.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kConfigBytesMax = 16 * 1024 * 1024;
constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr std::uint64_t kFreeBytesMin = 100 * kMiB;
constexpr std::size_t kMessagesMax = 20;
// Clocks of file systems are coarse.
constexpr std::int64_t kClockSlackNs = 60'000'000'000;
// 2024-01-01: nobody ran this before.
constexpr std::int64_t kEpochNs = 1'704'067'200'000'000'000;

constexpr std::string_view kConfig = "configuration";
constexpr std::string_view kDataDir = "data directory";
constexpr std::string_view kOtherDir = "name another directory with data_dir or --data-dir";

Finding good(std::string_view check, std::string message) {
  return {std::string(check), Health::good, std::move(message), {}};
}
Finding notice(std::string_view check, std::string message, std::string remedy) {
  return {std::string(check), Health::notice, std::move(message), std::move(remedy)};
}
Finding problem(std::string_view check, std::string message, std::string remedy) {
  return {std::string(check), Health::problem, std::move(message), std::move(remedy)};
}

std::int64_t ns_of(base::WallTime time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

void add_diagnostics(Findings& findings, const std::vector<config::Diagnostic>& diagnostics) {
  for (const config::Diagnostic& one : diagnostics) {
    if (findings.size() == kMessagesMax) {
      findings.push_back(notice(kConfig, "there is more", "mcptrunk config check"));
      return;
    }
    const std::string where = one.path.empty() ? fmt::format("line {}", one.line)
                                               : fmt::format("line {}, {}", one.line, one.path);
    findings.push_back({std::string(kConfig),
                        one.severity == config::Severity::error ? Health::problem : Health::notice,
                        fmt::format("{}: {}", where, one.message), one.remedy});
  }
}

// What helps against an error of the file system, which may be far from permissions.
std::string remedy_of(const base::Error& error, std::string_view otherwise) {
  return error.remedy.empty() ? std::string(otherwise) : error.remedy;
}

// Nothing when all is well: then the directory can be written.
std::optional<Finding> write_fault(base::FileSystem& files, const std::string& dir) {
  const std::string probe = dir + "/.doctor";
  (void)files.remove(probe);
  const auto written = files.write_new(probe, "mcptrunk doctor\n", 0600);
  (void)files.remove(probe);
  if (written) return std::nullopt;
  return problem(kDataDir, written.error().message, remedy_of(written.error(), kOtherDir));
}

}  // namespace

std::string_view to_string(Health health) {
  switch (health) {
    case Health::good:
      return "ok";
    case Health::notice:
      return "notice";
    case Health::problem:
      return "problem";
  }
  return "";
}

Findings look_at_config(base::FileSystem& files, const std::string& path, bool is_named,
                        config::Config& config) {
  const auto text = files.read_file(path, kConfigBytesMax);
  if (!text && text.error().code == base::ErrorCode::not_found && is_named) {
    return {problem(kConfig, fmt::format("there is no file {}", path),
                    "name the one you have with --config or MCPTRUNK_CONFIG")};
  }
  if (!text && text.error().code == base::ErrorCode::not_found) {
    return {notice(kConfig, fmt::format("{} does not exist yet", path),
                   "mcptrunk servers add NAME -- COMMAND makes it, while the daemon runs")};
  }
  if (!text) {
    return {problem(kConfig, text.error().message,
                    remedy_of(text.error(), "name another file with --config"))};
  }
  Findings findings;
  config::ParseOutcome outcome = config::parse(*text);
  add_diagnostics(findings, outcome.diagnostics);
  if (outcome.config) {
    config = std::move(*outcome.config);
    findings.insert(findings.begin(),
                    good(kConfig, fmt::format("{}: {} servers, {} groups", path,
                                              config.servers.size(), config.groups.size())));
  }
  const auto info = files.stat(path);
  if (info && (info->mode & 0022U) != 0) {
    findings.push_back(problem(kConfig, "others can change the file, and so what runs as you",
                               fmt::format("chmod 600 '{}'", path)));
  } else if (info && (info->mode & 0077U) != 0) {
    findings.push_back(notice(kConfig, "others can read the file, and the keys in it",
                              fmt::format("chmod 600 '{}'", path)));
  }
  if (info && (info->mode & 0222U) == 0) {
    findings.push_back(notice(kConfig, "the file is read-only: no command can change it",
                              fmt::format("chmod u+w '{}', if that is not meant", path)));
  }
  return findings;
}

Findings look_at_data_dir(base::FileSystem& files, Machine& machine, const std::string& dir) {
  const auto info = files.stat(dir);
  if (!info && info.error().code == base::ErrorCode::not_found) {
    return {notice(kDataDir, fmt::format("{} does not exist yet", dir),
                   "the first `mcptrunk serve` makes it")};
  }
  if (!info) {
    return {problem(kDataDir, info.error().message, remedy_of(info.error(), "set data_dir"))};
  }
  if (info->kind != base::FileKind::directory) {
    return {
        problem(kDataDir, fmt::format("{} is no directory", dir), "move it away, or set data_dir")};
  }
  if (const auto ours = security::check_data_files(files, dir); !ours) {
    return {problem(kDataDir, ours.error().message, ours.error().remedy)};
  }
  if (auto fault = write_fault(files, dir)) return {*std::move(fault)};
  Findings findings{good(kDataDir, fmt::format("{} can be written", dir))};
  if ((info->mode & 0077U) != 0) {
    findings.push_back(
        notice(kDataDir, "others can look into it", fmt::format("chmod 700 '{}'", dir)));
  }
  const auto key = files.stat(security::path_in(dir, security::kApiKeyFile));
  if (key && (key->mode & 0077U) != 0) {
    findings.push_back(problem(kDataDir, "others can read the key of the daemon",
                               fmt::format("chmod 600 '{}/api_key'", dir)));
  }
  const auto left = machine.free_bytes(dir);
  if (left && *left < kFreeBytesMin) {
    findings.push_back(problem(kDataDir,
                               fmt::format("only {} MiB are left on its disk", *left / kMiB),
                               "make room: changes are refused when the disk is full"));
  }
  return findings;
}

Findings look_at_clock(base::FileSystem& files, Machine& machine, const std::string& data_dir) {
  const std::int64_t now = ns_of(machine.now());
  if (now < kEpochNs) {
    return {problem("clock", "the clock stands before 2024", "set it: timedatectl set-ntp true")};
  }
  const auto state = files.stat(data_dir + "/state.mdb");
  if (state && state->modified_ns > now + kClockSlackNs) {
    return {problem("clock", "the daemon's state was written in the future: the clock went back",
                    "set the clock: timedatectl set-ntp true")};
  }
  return {good("clock", "it agrees with the files")};
}

Findings look_at_open_files(Machine& machine, const config::Config& config) {
  // Pipes, log and socket of each server, twice while one replaces another; 1,000 clients.
  const std::uint64_t wanted = 1'200 + 10 * config.servers.size();
  const std::uint64_t limit = machine.open_files_max();
  if (limit >= wanted) return {good("open files", fmt::format("{} are allowed", limit))};
  return {problem(
      "open files",
      fmt::format("only {} are allowed; {} servers and 1,000 clients want {}", limit,
                  config.servers.size(), wanted),
      fmt::format("raise the hard limit: ulimit -Hn {}, or LimitNOFILE of the service", wanted))};
}

Findings look_at_port(Machine& machine, const config::Config& config) {
  const std::string place = config::to_string(config.listen);
  const auto possible = machine.try_to_listen(config.listen);
  if (possible) return {good("port", fmt::format("{} is free", place))};
  return {problem("port", possible.error().message, possible.error().remedy)};
}

Findings look_at_servers(const config::Config& config, const Environment& env) {
  Findings findings;
  std::size_t fine = 0;
  const std::vector<config::EffectiveMode> modes = config::effective_modes(config);
  for (std::size_t i = 0; i < config.servers.size(); ++i) {
    const config::ServerConfig& server = config.servers[i];
    const bool runs = modes[i].mode == config::StartupMode::active ||
                      modes[i].mode == config::StartupMode::lazy_loading;
    if (!runs) continue;
    const config::ExpandedServer expanded = config::expand_server(server, env);
    const std::string check = "server " + server.name;
    if (!expanded.unset.empty()) {
      findings.push_back(
          problem(check, fmt::format("{} is not set", fmt::join(expanded.unset, ", ")),
                  "set it where mcptrunk starts, or write its value into the configuration"));
      continue;
    }
    if (server.command.empty()) {
      ++fine;
      continue;
    }
    upstream::ChildSpec child;
    child.server = server.name;
    child.command = expanded.command;
    child.args = expanded.args;
    child.working_dir = expanded.working_dir;
    const std::string path =
        config.environment.path.empty() ? env("PATH").value_or("") : config.environment.path;
    child.environment = {"PATH=" + path};
    if (const auto own = expanded.env.find("PATH"); own != expanded.env.end()) {
      child.environment = {"PATH=" + own->second};
    }
    auto fault = upstream::preflight(child);
    if (fault) {
      const base::SecretMask secrets(
          config::secret_texts(server, expanded, config.environment.custom_vars));
      secrets.apply(fault->message);
      secrets.apply(fault->remedy);
      findings.push_back(problem(check, fault->message, fault->remedy));
    } else {
      ++fine;
    }
  }
  findings.insert(findings.begin(),
                  good("servers", fmt::format("{} have all that they need to start", fine)));
  return findings;
}

}  // namespace proxy::cli
