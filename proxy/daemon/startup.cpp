#include "proxy/daemon/startup.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/shell_word.h"
#include "proxy/config/config_file.h"
#include "proxy/config/expansion.h"
#include "proxy/config/intent_recovery.h"
#include "proxy/config/parser.h"
#include "proxy/daemon/store_journal.h"
#include "proxy/security/secret_file.h"

namespace proxy::daemon {
namespace {

constexpr std::string_view kLog = "daemon";
constexpr std::size_t kConfigBytesMax = 16 * 1024 * 1024;
constexpr std::size_t kWarningsLogged = 20;

// The file is made by the first command that changes it, or by hand.
std::string no_configuration(const std::string& path) {
  return fmt::format(
      "no configuration yet: add servers with `mcptrunk servers add`, or write them to {} as "
      "{{\"mcpServers\": {{...}}}}",
      path);
}

base::Error unreadable(const std::string& path, const base::Error& error) {
  if (error.code == base::ErrorCode::not_found) {
    return {base::ErrorCode::config_invalid, fmt::format("there is no file {}", path),
            fmt::format("Name the one you have with --config, or begin with an empty one: "
                        "echo '{{\"mcpServers\": {{}}}}' > {}",
                        path)};
  }
  return {base::ErrorCode::config_invalid, error.message,
          fmt::format("Give --config a file of JSON that this user may read; then check it: "
                      "mcptrunk config check {}",
                      path)};
}

base::Error unusable(const std::string& path, const base::Error& error) {
  return {error.code, fmt::format("{} cannot be used:\n{}", path, error.message),
          fmt::format("Correct it, then check it: mcptrunk config check {}", path)};
}

void add_warnings(std::vector<std::string>& notes, const std::string& path,
                  const std::vector<config::Diagnostic>& diagnostics) {
  std::size_t more = 0;
  for (const config::Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != config::Severity::warning) continue;
    if (notes.size() < kWarningsLogged) {
      notes.push_back(fmt::format("{}: {}", path, config::one_line(diagnostic)));
    } else {
      ++more;
    }
  }
  if (more > 0) {
    notes.push_back(fmt::format("{} more warnings: mcptrunk config check {}", more, path));
  }
}

}  // namespace

void lay_over(const DaemonOptions& options, config::Config& config) {
  if (options.listen) config.listen = *options.listen;
  if (options.data_dir) config.data_dir = *options.data_dir;
  if (options.log_level) config.logging.level = *options.log_level;
  if (options.quiet) config.logging.enable_console = false;
}

base::Result<LoadedConfig> load_config(base::FileSystem& files, const DaemonOptions& options) {
  LoadedConfig loaded;
  auto text = files.read_file(options.config_path, kConfigBytesMax);
  if (!text && text.error().code == base::ErrorCode::not_found && options.config_may_be_missing) {
    loaded.notes.push_back(no_configuration(options.config_path));
    text = std::string(config::kEmptyText);
  }
  if (!text) return unreadable(options.config_path, text.error());
  config::ParseOutcome outcome = config::parse(*text);
  add_warnings(loaded.notes, options.config_path, outcome.diagnostics);
  auto config = config::config_or_error(std::move(outcome));
  if (!config) return unusable(options.config_path, config.error());
  loaded.config = std::move(config).value();
  loaded.hash = config::content_hash(*text);
  lay_over(options, loaded.config);
  return loaded;
}

base::Result<bool> recover_intent(base::FileSystem& files, storage::Store& store,
                                  const std::string& path, const storage::Snapshot& snapshot,
                                  base::WallTime now) {
  if (snapshot.open_journal.empty()) {
    // Of a crash before the entry was durable. Where the directory may not be read, none was made.
    (void)config::remove_leftovers(files, path);
    return false;
  }
  for (const storage::JournalRecord& open : snapshot.open_journal) {
    const config::IntentEntry entry = entry_of(open);
    const auto recovered = config::recover_file(files, path, entry);
    if (!recovered) return recovered.error();
    if (*recovered == config::Recovery::keep_both) {
      const auto real_path = files.realpath(path);
      base::log::warn(kLog,
                      "{} was edited twice while a change of it was under way (revision {}), which "
                      "is dropped: see which is the one you want, the file or {}",
                      path, entry.revision,
                      config::conflict_path(real_path ? *real_path : path, entry.revision));
    } else if (*recovered == config::Recovery::conflict ||
               *recovered == config::Recovery::restore_their_text) {
      base::log::warn(
          kLog,
          "{} was edited while a change of it was under way: the edit stays, the change "
          "(revision {}) is dropped",
          path, entry.revision);
    }
    store.commit(finished(entry, now), [](const base::Result<void>&) {});
  }
  return true;
}

base::log::Level log_level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::trace:
      return base::log::Level::trace;
    case config::LogLevel::debug:
      return base::log::Level::debug;
    case config::LogLevel::info:
      return base::log::Level::info;
    case config::LogLevel::warning:
      return base::log::Level::warn;
    case config::LogLevel::error:
      break;
  }
  return base::log::Level::error;
}

base::Result<void> start_log(base::FileSystem& files, const config::Config& config,
                             const DataDir& data_dir) {
  base::log::Options options;
  options.level = log_level_of(config.logging.level);
  options.to_stderr = config.logging.enable_console;
  if (config.logging.enable_file) {
    if (auto made = files.create_dirs(data_dir.logs(), 0700); !made) return made;
    options.file = data_dir.logs() + "/" + config.logging.filename;
  }
  options.file_bytes_max = config.logging.file_bytes_max;
  options.files_max = config.logging.max_backups;
  options.json = config.logging.json_format;
  if (auto started = base::log::start(options); !started) return started;
  const auto info = files.stat(data_dir.path);
  if (info && (info->mode & 0077U) != 0) {
    base::log::warn(kLog, "others can look into the data directory: chmod 700 {}",
                    base::shell_word(data_dir.path));
  }
  return base::kDone;
}

rlimit raise_file_limit() {
  rlimit original{1024, 1024};
  ::getrlimit(RLIMIT_NOFILE, &original);
  rlimit raised = original;
  raised.rlim_cur = raised.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &raised);
  return original;
}

base::Result<security::ApiKey> load_api_key(base::FileSystem& files, const config::Config& config,
                                            const DataDir& data_dir) {
  if (!config.api_key.empty()) {
    const config::Expanded expanded = config::expand(config.api_key, config::process_environment());
    if (!expanded.unset.empty() || expanded.text.empty()) {
      return base::Error{base::ErrorCode::config_invalid,
                         "api_key refers to a variable that is not set or empty",
                         "set it, or leave api_key out: a key is generated then"};
    }
    return security::ApiKey(expanded.text);
  }
  const auto secret = security::load_or_create_secret(files, data_dir.api_key_file());
  if (!secret) return secret.error();
  if (secret->open_to_others) {
    base::log::warn(kLog, "{} can be read by others: chmod 600 it", data_dir.api_key_file());
  }
  return security::ApiKey(secret->text);
}

}  // namespace proxy::daemon
