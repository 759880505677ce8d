#include "proxy/daemon/data_dir.h"

#include <unistd.h>

#include "base/json.h"

namespace proxy::daemon {

base::Result<DataDir> open_data_dir(base::FileSystem& files, const std::string& configured,
                                    const std::string& file,
                                    const config::Environment& environment) {
  const config::Expanded expanded = file.empty()
                                        ? config::expand_path(configured, environment)
                                        : config::expand_path_in(file, configured, environment);
  if (!expanded.unset.empty()) {
    return base::Error{base::ErrorCode::config_invalid,
                       fmt::format("data_dir {} needs the variable {}, which is not set",
                                   configured, expanded.unset.front()),
                       "set it, or give the directory with --data-dir"};
  }
  auto created = files.create_dirs(expanded.text, 0700);
  if (!created) return std::move(created).error();
  auto real = files.realpath(expanded.text);
  if (!real) return std::move(real).error();
  if (auto ours = security::check_data_files(files, *real); !ours) return ours.error();
  return DataDir{std::move(real).value()};
}

base::Result<void> announce(base::FileSystem& files, const DataDir& data_dir,
                            const Announcement& announcement) {
  std::string text;
  base::JsonWriter json(text);
  json.begin_object().field("url", announcement.url).field("pid", ::getpid());
  json.field("config_path", announcement.config_path);
  json.field("api_key_configured", announcement.key_is_configured).end_object();
  const std::string temporary = fmt::format("{}.{}", data_dir.daemon_file(), ::getpid());
  (void)files.remove(temporary);  // of a daemon that had our process id and was killed
  auto written = files.write_new(temporary, text, 0600);
  if (!written) return written;
  return files.rename(temporary, data_dir.daemon_file());
}

void withdraw(base::FileSystem& files, const DataDir& data_dir) {
  (void)files.remove(data_dir.daemon_file());
}

}  // namespace proxy::daemon
