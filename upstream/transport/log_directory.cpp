#include "upstream/transport/log_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/file_system.h"

namespace upstream {
namespace {

constexpr std::string_view kRotatedSuffix = ".log.1";
constexpr std::uint64_t kTailBytes = 256U * 1024;

struct OldFile {
  std::string path;
  std::uint64_t bytes;
  std::int64_t changed;
};

// A server's name is a file name already, but for these. '@' is in no name of a server, so that no
// two of them share a file.
std::string file_name_of(std::string_view server) {
  std::string name(server);
  std::replace(name.begin(), name.end(), '/', '@');
  if (name.empty() || name.starts_with('.')) name.insert(0, "@");
  return name;
}

std::vector<std::string> last_of(std::string_view text, std::size_t lines_max) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < lines_max) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    const std::size_t start = text.rfind('\n') + 1;
    lines.emplace_back(text.substr(start));
    text = text.substr(0, start);
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

}  // namespace

std::string LogDirectory::file_of(std::string_view server) const {
  return path_ + "/" + file_name_of(server) + ".log";
}

int LogDirectory::open_for_append(std::string_view server, std::uint64_t& size_bytes) {
  if (!enabled()) return -1;
  const std::string path = file_of(server);
  constexpr int kFlags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  int file = open(path.c_str(), kFlags, 0600);
  if (file < 0 && base::PosixFileSystem().create_dirs(path_, 0700)) {
    file = open(path.c_str(), kFlags, 0600);
  }
  if (file < 0) return file;
  struct stat info {};
  size_bytes = fstat(file, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  return file;
}

void LogDirectory::rotate(std::string_view server) {
  const std::string path = file_of(server);
  std::rename(path.c_str(), (path + ".1").c_str());
  make_room();
}

void LogDirectory::make_room() {
  DIR* directory = opendir(path_.c_str());
  if (directory == nullptr) return;
  std::vector<OldFile> rotated;
  std::uint64_t total = 0;
  while (const dirent* entry = readdir(directory)) {
    struct stat info {};
    if (fstatat(dirfd(directory), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (!S_ISREG(info.st_mode)) continue;
    const auto bytes = static_cast<std::uint64_t>(info.st_size);
    total += bytes;
    if (std::string_view(entry->d_name).ends_with(kRotatedSuffix)) {
      rotated.push_back({path_ + "/" + entry->d_name, bytes, info.st_mtim.tv_sec});
    }
  }
  closedir(directory);
  std::sort(rotated.begin(), rotated.end(),
            [](const OldFile& a, const OldFile& b) { return a.changed < b.changed; });
  for (const OldFile& file : rotated) {
    if (total <= limits_.directory_bytes_max) return;
    if (unlink(file.path.c_str()) == 0) total -= file.bytes;
  }
}

base::Result<std::vector<std::string>> LogDirectory::last_lines(std::string_view server,
                                                                std::size_t lines_max) const {
  const int file = open(file_of(server).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) {
    return base::Error{base::ErrorCode::not_found,
                       "the server \"" + std::string(server) + "\" has no log",
                       "It has written nothing to its standard error yet."};
  }
  struct stat info {};
  fstat(file, &info);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const std::uint64_t start = size > kTailBytes ? size - kTailBytes : 0;
  std::string text(static_cast<std::size_t>(size - start), '\0');
  const ssize_t got = pread(file, text.data(), text.size(), static_cast<off_t>(start));
  close(file);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  if (start > 0) text.erase(0, text.find('\n') + 1);
  return last_of(text, lines_max);
}

}  // namespace upstream
