#include "proxy/cli/daemon_finder.h"

#include <fmt/format.h>

#include "base/json.h"
#include "proxy/config/expansion.h"
#include "proxy/config/parser.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kSmallFileBytesMax = 64 * 1024;
constexpr std::size_t kConfigBytesMax = 16 * 1024 * 1024;

std::string first_of(const std::string& option, const Environment& env, const char* variable) {
  return option.empty() ? env(variable).value_or("") : option;
}

std::string resolved(const std::string& path, const Environment& env) {
  return config::expand_path(path, env).text;
}

std::string joined(const std::string& dir, std::string_view file) {
  return fmt::format("{}/{}", dir, file);
}

// What the configuration file says, when there is one that can be read; a broken one is the
// daemon's to complain about.
std::optional<config::Config> read_config(const DaemonOptions& options, const Environment& env,
                                          base::FileSystem& files) {
  const auto text = files.read_file(config_path(options, env), kConfigBytesMax);
  if (!text) return std::nullopt;
  return config::parse(*text).config;
}

// The data directory that a file names which cannot be used as a whole: while somebody mends it,
// the daemon runs on, and must be found. Also for a text that breaks off in the middle.
std::optional<std::string> data_dir_named_in(std::string_view text) {
  constexpr std::string_view kKey = "\"data_dir\"";
  const std::size_t key = text.find(kKey);
  if (key == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(key + kKey.size());
  const std::size_t begin = rest.find_first_not_of(" \t\r\n:");
  if (begin == std::string_view::npos || rest[begin] != '"') return std::nullopt;
  const std::size_t end = rest.find('"', begin + 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto value = base::parse_document(rest.substr(begin, end + 1 - begin));
  if (!value || !value->IsString()) return std::nullopt;
  return std::string(base::json_text(*value));
}

std::string configured_data_dir(const DaemonOptions& options, const Environment& env,
                                base::FileSystem& files) {
  const auto text = files.read_file(config_path(options, env), kConfigBytesMax);
  if (!text) return config::Config{}.data_dir;
  const auto config = config::parse(*text).config;
  if (config) return config->data_dir;
  return data_dir_named_in(*text).value_or(config::Config{}.data_dir);
}

std::string trimmed(std::string text) {
  const auto last = text.find_last_not_of(" \t\r\n");
  text.erase(last == std::string::npos ? 0 : last + 1);
  return text;
}

std::string own_api_key(const DaemonOptions& options, const Environment& env,
                        base::FileSystem& files) {
  const auto key =
      files.read_file(joined(data_dir(options, env, files), kApiKeyFile), kSmallFileBytesMax);
  if (key) return trimmed(*key);
  // A key of the configuration is not copied into the data directory.
  const auto config = read_config(options, env, files);
  return config ? config::expand(config->api_key, env).text : std::string();
}

// A file that was named and is not there: why another data directory than the one meant counts.
std::string missing_config(const DaemonOptions& options, const Environment& env,
                           base::FileSystem& files) {
  const bool dir_given = !first_of(options.data_dir, env, "MCPTRUNK_DATA_DIR").empty();
  if (dir_given || first_of(options.config, env, "MCPTRUNK_CONFIG").empty()) return {};
  const std::string path = config_path(options, env);
  const auto info = files.stat(path);
  if (info || info.error().code != base::ErrorCode::not_found) return {};
  return fmt::format(", and there is no file {}", path);
}

base::Result<std::string> recorded_url(const DaemonOptions& options, const Environment& env,
                                       base::FileSystem& files) {
  const std::string dir = data_dir(options, env, files);
  const auto text = files.read_file(joined(dir, kDaemonFile), kSmallFileBytesMax);
  if (!text) {
    return base::Error{base::ErrorCode::daemon_unreachable,
                       fmt::format("no daemon is running for the data directory {}{}", dir,
                                   missing_config(options, env, files)),
                       "start it with `mcptrunk serve`, or name another one with --url"};
  }
  const auto record = base::parse_document(*text);
  const auto url = record ? base::json_string(*record, "url") : std::nullopt;
  if (!url) {
    return base::Error{base::ErrorCode::daemon_unreachable,
                       fmt::format("{} is not readable", joined(dir, kDaemonFile)),
                       "restart the daemon, or name it with --url"};
  }
  return std::string(*url);
}

}  // namespace

std::string config_path(const DaemonOptions& options, const Environment& env) {
  const std::string given = first_of(options.config, env, "MCPTRUNK_CONFIG");
  return resolved(given.empty() ? "~/.mcptrunk/mcp_config.json" : given, env);
}

std::string data_dir(const DaemonOptions& options, const Environment& env,
                     base::FileSystem& files) {
  std::string dir = first_of(options.data_dir, env, "MCPTRUNK_DATA_DIR");
  if (dir.empty()) dir = configured_data_dir(options, env, files);
  return resolved(dir, env);
}

bool is_loopback_url(std::string_view url) {
  const std::size_t scheme = url.find("://");
  std::string_view host = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (host.find('@') != std::string_view::npos) return false;
  if (host.starts_with('[')) return host.starts_with("[::1]");
  host = host.substr(0, host.find(':'));
  if (host == "localhost") return true;
  return host.starts_with("127.") &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

base::Result<DaemonAddress> find_daemon(const DaemonOptions& options, const Environment& env,
                                        base::FileSystem& files) {
  std::string url = first_of(options.url, env, "MCPTRUNK_URL");
  if (url.empty()) {
    auto recorded = recorded_url(options, env, files);
    if (!recorded) return recorded.error();
    url = *std::move(recorded);
  }
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/mcp")) url.resize(url.size() - 4);
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return base::Error{base::ErrorCode::invalid_argument,
                       fmt::format("\"{}\" is no http or https URL", url),
                       "give one like --url http://127.0.0.1:8080"};
  }
  std::string key = first_of(options.api_key, env, "MCPTRUNK_API_KEY");
  if (key.empty() && is_loopback_url(url)) key = own_api_key(options, env, files);
  return DaemonAddress{std::move(url), std::move(key)};
}

}  // namespace proxy::cli
