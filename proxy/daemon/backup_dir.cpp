#include "proxy/daemon/backup_dir.h"

#include <fmt/format.h>

namespace proxy::daemon {
namespace {

constexpr std::size_t kNameBytesMax = 128;
constexpr std::uint32_t kOwnerOnly = 0700;

}  // namespace

bool is_backup_name(std::string_view name) {
  constexpr std::string_view kFirst =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::string_view kRest =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kNameBytesMax &&
         kFirst.find(name.front()) != std::string_view::npos &&
         name.find_first_not_of(kRest) == std::string_view::npos;
}

base::Result<std::string> backup_path(base::FileSystem& files, const config::Config& config,
                                      const std::string& config_file, const std::string& data_dir,
                                      const config::Environment& environment, std::string_view name,
                                      base::WallTime at) {
  const std::string file =
      name.empty() ? fmt::format("state-{}.mdb", at.time_since_epoch().count()) : std::string(name);
  if (!is_backup_name(file)) {
    return base::Error{base::ErrorCode::invalid_argument,
                       "a backup needs the name of a file, not a path",
                       R"(send {"name": "state.mdb"}: 1 to 128 of A-Z a-z 0-9 . _ -, beginning )"
                       "with a letter or digit; it is written to backup_dir"};
  }
  std::string directory = data_dir + "/backups";
  if (!config.backup_dir.empty()) {
    const config::Expanded expanded =
        config::expand_path_in(config_file, config.backup_dir, environment);
    if (!expanded.unset.empty()) {
      return base::Error{base::ErrorCode::config_invalid,
                         fmt::format("backup_dir {} needs the variable {}, which is not set",
                                     config.backup_dir, expanded.unset.front()),
                         "set it, or write the directory into backup_dir"};
    }
    directory = expanded.text;
  }
  if (auto made = files.create_dirs(directory, kOwnerOnly); !made) return std::move(made).error();
  return directory + "/" + file;
}

}  // namespace proxy::daemon
