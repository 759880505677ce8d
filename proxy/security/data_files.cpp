#include "proxy/security/data_files.h"

#include <fmt/format.h>

#include <array>

#include "base/shell_word.h"
#include "storage/store_lock.h"

namespace proxy::security {
namespace {

constexpr std::uint32_t kGroupOrOthersMayWrite = 0022;

constexpr std::array kBelieved{storage::StoreLock::kFile,
                               kSocketFile,
                               kDaemonFile,
                               kApiKeyFile,
                               kSessionKeyFile,
                               kStartLockFile,
                               std::string_view("state.mdb"),
                               std::string_view("bulk.mdb"),
                               std::string_view("logs")};

std::string owner_name(std::uint32_t uid) {
  return uid == 0 ? "root" : fmt::format("another user (uid {})", uid);
}

// Whose directory it is decides what helps: root forgot to leave `sudo` out; what belongs to root
// is its daemon's, or a volume that a container was given; the rest is somebody else's.
std::string remedy_of_owner(std::uint32_t user, std::uint32_t owner, const std::string& dir) {
  constexpr std::string_view kOwnDir =
      "or name a directory of your own with --data-dir: one that is missing is made";
  if (user == 0) return fmt::format("do it as that user (sudo -u '#{}' ...), {}", owner, kOwnDir);
  if (owner != 0) return fmt::format("do it as that user, {}", kOwnDir);
  return fmt::format(
      "do it as root if it is root's daemon; if it is a volume that is meant for "
      "this user, sudo chown {} {}; {}",
      user, base::shell_word(dir), kOwnDir);
}

}  // namespace

std::string path_in(const std::string& data_dir, std::string_view file) {
  return fmt::format("{}/{}", data_dir, file);
}

base::Result<void> check_data_files(base::FileSystem& files, const std::string& data_dir) {
  const auto real = files.realpath(data_dir);
  if (!real) return real.error();
  const auto info = files.stat(*real);
  if (!info) return info.error();
  if (info->uid != files.user()) {
    return base::Error{
        base::ErrorCode::forbidden,
        fmt::format("the data directory {} belongs to {}", data_dir, owner_name(info->uid)),
        remedy_of_owner(files.user(), info->uid, data_dir)};
  }
  if ((info->mode & kGroupOrOthersMayWrite) != 0) {
    return base::Error{
        base::ErrorCode::forbidden,
        fmt::format("others may write to the data directory {}: what lies there may be theirs",
                    data_dir),
        fmt::format("chmod 700 {}, if you know all that is in it", base::shell_word(data_dir))};
  }
  for (const std::string_view name : kBelieved) {
    const std::string path = path_in(*real, name);
    auto file = files.lstat(path);
    if (file && file->kind == base::FileKind::symlink && file->uid == files.user()) {
      file = files.stat(path);
    }
    if (!file && file.error().code == base::ErrorCode::not_found) continue;
    if (!file) return file.error();
    if (file->uid != files.user()) {
      const std::string word = base::shell_word(path);
      return base::Error{base::ErrorCode::forbidden,
                         fmt::format("{} belongs to {}", path, owner_name(file->uid)),
                         fmt::format("make it yours if you know what it holds (sudo chown {} {}), "
                                     "else remove it",
                                     files.user(), word)};
    }
  }
  return base::kDone;
}

}  // namespace proxy::security
