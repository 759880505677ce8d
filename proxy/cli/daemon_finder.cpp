#include "proxy/cli/daemon_finder.h"

#include <fmt/format.h>

#include <set>

#include "base/shell_word.h"
#include "proxy/cli/announcement.h"
#include "proxy/cli/configured.h"
#include "proxy/cli/daemon_connection.h"
#include "proxy/security/data_files.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kSmallFileBytesMax = 64 * 1024;

std::string first_of(const std::string& option, const Environment& env, const char* variable) {
  return option.empty() ? env(variable).value_or("") : option;
}

std::string resolved(const std::string& path, const Environment& env) {
  return config::expand_path(path, env).text;
}

base::Result<std::string> expanded_dir(const std::string& path, const std::string& configured,
                                       const Environment& env) {
  config::Expanded expanded = config::expand_path_in(path, configured, env);
  if (expanded.unset.empty()) return std::move(expanded.text);
  return base::Error{base::ErrorCode::config_invalid,
                     fmt::format("data_dir {} of {} needs the variable {}, which is not set",
                                 configured, path, expanded.unset.front()),
                     "set it, or name the directory with --data-dir"};
}

base::Result<std::string> standard_dir(const Environment& env) {
  const config::Config standard;
  config::Expanded expanded = config::expand_path(standard.data_dir, env);
  if (expanded.unset.empty()) return std::move(expanded.text);
  return base::Error{base::ErrorCode::config_invalid,
                     fmt::format("data_dir {} needs the variable {}, which is not set",
                                 standard.data_dir, expanded.unset.front()),
                     "set it, or name the directory with --data-dir"};
}

// The one directory whose daemon runs and says that it serves the file. Nothing: none, or several.
std::optional<std::string> dir_serving(base::FileSystem& files, const std::string& path,
                                       std::set<std::string> dirs) {
  std::erase_if(dirs, [&](const std::string& dir) {
    if (!security::check_data_files(files, dir) || !is_running(files, dir)) return true;
    const auto said = read_announcement(files, dir);
    return !said || said->config_path.empty() || !is_same_file(files, said->config_path, path);
  });
  return dirs.size() == 1 ? std::optional(*dirs.begin()) : std::nullopt;
}

base::Result<std::string> dir_of_config(const DaemonOptions& options, const Environment& env,
                                        base::FileSystem& files) {
  const std::string path = config_path(options, env);
  const Configured named = configured_data_dir(files, path);
  if (named.fault.empty()) return expanded_dir(path, named.values.front(), env);
  const std::string standard = resolved(config::Config{}.data_dir, env);
  std::set<std::string> dirs;
  for (const std::string& one : named.values)
    dirs.insert(config::expand_path_in(path, one, env).text);
  const std::optional<std::string> guess =
      dirs.size() == 1 ? std::optional(*dirs.begin()) : std::nullopt;
  dirs.insert(standard);
  if (auto serving = dir_serving(files, path, std::move(dirs))) return *std::move(serving);
  // Nobody asked for the default file: without it, and while it is mended, the default counts.
  if (!is_config_named(options, env)) return guess ? *guess : standard_dir(env);
  return base::Error{base::ErrorCode::config_invalid,
                     fmt::format("{}, so its data directory is not known", named.fault),
                     "name another file with --config, or the daemon's directory with --data-dir"};
}

std::string trimmed(std::string text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  text.erase(last == std::string::npos ? 0 : last + 1);
  return text;
}

// What the configuration says, where it says one thing only.
std::string configured_key(const std::string& path, const Environment& env,
                           base::FileSystem& files) {
  const Configured key = configured_api_key(files, path);
  const std::set<std::string> different(key.values.begin(), key.values.end());
  if (different.size() != 1) return {};
  const config::Expanded expanded = config::expand(*different.begin(), env);
  return expanded.unset.empty() ? expanded.text : std::string();
}

// The key that the daemon of the data directory took when it started, for its own port: the
// configured one, else its own in the directory. Behind another port somebody else would read it,
// be it only a tunnel of this user to another machine.
std::string own_api_key(const DaemonOptions& options, const Environment& env,
                        base::FileSystem& files, int port) {
  const auto dir = data_dir(options, env, files);
  if (!dir || !security::check_data_files(files, *dir) || !is_running(files, *dir)) return {};
  const auto said = read_announcement(files, *dir);  // none where the disk was full
  const auto its_own = said ? parts_of_url(said->url) : std::nullopt;
  if (its_own && its_own->port != port) return {};
  const bool is_told = said && said->key_is_configured;
  if (!is_told || *said->key_is_configured) {
    const std::string path =
        said && !said->config_path.empty() ? said->config_path : config_path(options, env);
    std::string key = configured_key(path, env, files);
    if (is_told || !key.empty()) return key;
  }
  const auto key =
      files.read_file(security::path_in(*dir, security::kApiKeyFile), kSmallFileBytesMax);
  return key ? trimmed(*key) : std::string();
}

base::Error not_running(const DaemonOptions& options, const std::string& dir) {
  return {
      base::ErrorCode::daemon_unreachable,
      fmt::format("no daemon is running for the data directory {}", dir),
      fmt::format("start it with `{}`, or name another one with --url", serve_command(options))};
}

// The daemon of the data directory, by its socket.
base::Result<DaemonAddress> own_daemon(const DaemonOptions& options, const Environment& env,
                                       base::FileSystem& files) {
  const auto dir = data_dir(options, env, files);
  if (!dir) return dir.error();
  const auto ours = security::check_data_files(files, *dir);
  if (!ours && ours.error().code != base::ErrorCode::not_found) return ours.error();
  if (!ours || !is_running(files, *dir)) {
    return not_running(options, *dir);
  }
  const auto said = read_announcement(files, *dir);
  if (!said && said.error().code == base::ErrorCode::daemon_unreachable) return said.error();
  const bool is_chosen_by_file = !is_dir_named(options, env) && is_config_named(options, env);
  const std::string path = config_path(options, env);
  if (said && is_chosen_by_file && !said->config_path.empty() &&
      !is_same_file(files, said->config_path, path)) {
    return base::Error{
        base::ErrorCode::conflict,
        fmt::format("the daemon of the data directory {} serves {}, not {}", *dir,
                    said->config_path, path),
        fmt::format("if it is the one you mean, use --data-dir {}; else give {} a data_dir of its "
                    "own, and start it with `mcptrunk serve`",
                    *dir, path)};
  }
  DaemonAddress address{.socket = security::path_in(*dir, security::kSocketFile)};
  if (files.lstat(address.socket)) return address;
  return base::Error{
      base::ErrorCode::daemon_unreachable,
      fmt::format("the daemon of the data directory {} does not listen on {}", *dir,
                  address.socket),
      said ? "restart it: it is of an older version; until then name its --url and --api-key"
           : "it is starting or ending: try again in a moment"};
}

}  // namespace

std::string config_path(const DaemonOptions& options, const Environment& env) {
  const std::string given = first_of(options.config, env, "MCPTRUNK_CONFIG");
  return resolved(given.empty() ? "~/.mcptrunk/mcp_config.json" : given, env);
}

bool is_config_named(const DaemonOptions& options, const Environment& env) {
  return !first_of(options.config, env, "MCPTRUNK_CONFIG").empty();
}

bool is_dir_named(const DaemonOptions& options, const Environment& env) {
  return !first_of(options.data_dir, env, "MCPTRUNK_DATA_DIR").empty();
}

base::Result<std::string> data_dir(const DaemonOptions& options, const Environment& env,
                                   base::FileSystem& files) {
  if (!is_dir_named(options, env)) return dir_of_config(options, env, files);
  return resolved(first_of(options.data_dir, env, "MCPTRUNK_DATA_DIR"), env);
}

std::string serve_command(const DaemonOptions& options) {
  std::string command = "mcptrunk serve";
  if (!options.config.empty()) command += " --config " + base::shell_word(options.config);
  if (!options.data_dir.empty()) command += " --data-dir " + base::shell_word(options.data_dir);
  return command;
}

bool is_loopback_url(std::string_view url) {
  const auto parts = parts_of_url(url);
  if (!parts) return false;
  if (parts->host == "localhost" || parts->host == "::1") return true;
  return parts->host.starts_with("127.") &&
         parts->host.find_first_not_of("0123456789.") == std::string::npos;
}

base::Result<DaemonAddress> find_daemon(const DaemonOptions& options, const Environment& env,
                                        base::FileSystem& files) {
  DaemonAddress address{.url = first_of(options.url, env, "MCPTRUNK_URL")};
  if (address.url.empty()) return own_daemon(options, env, files);
  std::string& url = address.url;
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/mcp")) url.resize(url.size() - 4);
  const auto parts = parts_of_url(url);
  if (!parts) {
    return base::Error{base::ErrorCode::invalid_argument,
                       fmt::format("\"{}\" is no http or https URL of a host", url),
                       "give one like --url http://127.0.0.1:8080"};
  }
  address.api_key = first_of(options.api_key, env, "MCPTRUNK_API_KEY");
  if (address.api_key.empty() && is_loopback_url(url)) {
    address.own_key = own_api_key(options, env, files, parts->port);
  }
  return address;
}

}  // namespace proxy::cli
