#include "base/file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/unique_fd.h"

namespace base {
namespace {

UniqueFd open_fd(const std::string& path, int flags, mode_t mode = 0) {
  int fd = -1;
  do {
    fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (fd < 0 && errno == EINTR);
  return UniqueFd(fd);
}

// 0, or the errno of the write that failed.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

Result<void> fsync_path(std::string_view doing, const std::string& path, int flags) {
  const UniqueFd fd = open_fd(path, flags);
  if (!fd) return file_error("open", path, errno);
  if (::fsync(fd.get()) != 0) return file_error(doing, path, errno);
  return kDone;
}

FileInfo info_from(const struct stat& status) {
  FileInfo info;
  info.kind = S_ISREG(status.st_mode)   ? FileKind::file
              : S_ISDIR(status.st_mode) ? FileKind::directory
              : S_ISLNK(status.st_mode) ? FileKind::symlink
                                        : FileKind::other;
  info.mode = status.st_mode & 07777U;
  info.uid = status.st_uid;
  info.gid = status.st_gid;
  info.bytes = static_cast<std::uint64_t>(status.st_size);
  info.modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
  info.inode = status.st_ino;
  return info;
}

ErrorCode code_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::not_found;
    case EEXIST:
    case ENOTEMPTY:
      return ErrorCode::already_exists;
    case EACCES:
    case EPERM:
    case EROFS:
    case EBUSY:
      return ErrorCode::forbidden;
    case EFBIG:
      return ErrorCode::too_large;
    case ENOSYS:
    case EOPNOTSUPP:
      return ErrorCode::unsupported;
    default:
      return ErrorCode::io_error;
  }
}

std::string_view remedy_of(int error_number) {
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return "Check the path.";
    case EACCES:
    case EPERM:
      return "Check the owner and the permissions of the file and of its directory.";
    case EROFS:
      return "The file system is mounted read-only; mount it writable or choose another place.";
    case EBUSY:
      return "The file is mounted by itself; mount its directory instead.";
    case ENOSPC:
    case EDQUOT:
      return "Free space on this disk.";
    case EMFILE:
    case ENFILE:
      return "Raise the limit of open files.";
    default:
      return "";
  }
}

}  // namespace

Error file_error(std::string_view doing, std::string_view path, int error_number) {
  char text[128] = {};
  const char* reason = ::strerror_r(error_number, text, sizeof text);
  return Error{code_of(error_number), fmt::format("Cannot {} {}: {}.", doing, path, reason),
               std::string(remedy_of(error_number))};
}

std::string parent_dir(std::string_view path) {
  const std::size_t last = path.find_last_not_of('/');
  if (last == std::string_view::npos) return path.empty() ? "." : "/";
  const std::size_t slash = path.rfind('/', last);
  if (slash == std::string_view::npos) return ".";
  const std::size_t end = path.find_last_not_of('/', slash);
  return end == std::string_view::npos ? "/" : std::string(path.substr(0, end + 1));
}

Result<std::string> PosixFileSystem::read_file(const std::string& path, std::size_t bytes_max) {
  // Non-blocking, so that a FIFO in place of the file cannot hang us.
  const UniqueFd fd = open_fd(path, O_RDONLY | O_NONBLOCK);
  if (!fd) return file_error("read", path, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return file_error("read", path, errno);
  if (S_ISDIR(status.st_mode)) return file_error("read", path, EISDIR);
  std::string bytes;
  char chunk[16 * 1024];
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return file_error("read", path, errno);
    if (got == 0) return bytes;
    bytes.append(chunk, static_cast<std::size_t>(got));
    if (bytes.size() > bytes_max) {
      return Error{ErrorCode::too_large,
                   fmt::format("{} is larger than the {} bytes allowed here.", path, bytes_max),
                   ""};
    }
  }
}

Result<void> PosixFileSystem::write_new(const std::string& path, std::string_view bytes,
                                        std::uint32_t mode) {
  const UniqueFd fd = open_fd(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  if (!fd) return file_error("create", path, errno);
  // The mode asked for, whatever the umask: secrets stay private, shared files stay shared.
  int error = ::fchmod(fd.get(), mode) == 0 ? 0 : errno;
  if (error == 0) error = write_all(fd.get(), bytes);
  if (error == 0 && ::fsync(fd.get()) != 0) error = errno;
  if (error == 0) return kDone;
  ::unlink(path.c_str());
  return file_error("write", path, error);
}

Result<void> PosixFileSystem::fsync_file(const std::string& path) {
  return fsync_path("sync", path, O_RDONLY);
}

Result<void> PosixFileSystem::fsync_dir(const std::string& path) {
  return fsync_path("sync the directory", path, O_RDONLY | O_DIRECTORY);
}

Result<void> PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return file_error("rename", from, errno);
  return kDone;
}

Result<void> PosixFileSystem::rename_exchange(const std::string& first, const std::string& second) {
  if (::renameat2(AT_FDCWD, first.c_str(), AT_FDCWD, second.c_str(), RENAME_EXCHANGE) == 0) {
    return kDone;
  }
  // File systems without it say EINVAL.
  const int error = errno == EINVAL ? EOPNOTSUPP : errno;
  return file_error("exchange", second, error);
}

Result<void> PosixFileSystem::remove(const std::string& path) {
  if (::remove(path.c_str()) != 0) return file_error("remove", path, errno);
  return kDone;
}

Result<FileInfo> PosixFileSystem::stat(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return file_error("look at", path, errno);
  return info_from(status);
}

Result<FileInfo> PosixFileSystem::lstat(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return file_error("look at", path, errno);
  return info_from(status);
}

Result<std::string> PosixFileSystem::realpath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr),
                                                             &std::free);
  if (!resolved) return file_error("resolve", path, errno);
  return std::string(resolved.get());
}

Result<void> PosixFileSystem::create_dirs(const std::string& path, std::uint32_t mode) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return kDone;
    return file_error("create the directory", path, EEXIST);
  }
  if (errno != ENOENT) return file_error("create the directory", path, errno);
  const std::string parent = parent_dir(path);
  if (parent != path && parent != ".") {
    if (Result<void> made = create_dirs(parent, mode); !made) return made;
  }
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST) {
    return file_error("create the directory", path, errno);
  }
  return kDone;
}

Result<std::vector<std::string>> PosixFileSystem::list_dir(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(path.c_str()), &::closedir);
  if (!dir) return file_error("list", path, errno);
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return file_error("list", path, errno);
  std::ranges::sort(names);
  return names;
}

Result<void> PosixFileSystem::copy_mode_and_owner(const std::string& from, const std::string& to) {
  struct stat status {};
  if (::stat(from.c_str(), &status) != 0) return file_error("look at", from, errno);
  // Only root may give a file away; the mode comes second because chown clears the set-id bits.
  if (::chown(to.c_str(), status.st_uid, status.st_gid) != 0 && errno != EPERM) {
    return file_error("set the owner of", to, errno);
  }
  if (::chmod(to.c_str(), status.st_mode & 07777U) != 0) {
    return file_error("set the mode of", to, errno);
  }
  return kDone;
}

Result<bool> PosixFileSystem::is_locked(const std::string& path) {
  const UniqueFd fd = open_fd(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd) return errno == ENOENT ? Result<bool>(false) : file_error("open", path, errno);
  if (::flock(fd.get(), LOCK_SH | LOCK_NB) == 0) return false;
  if (errno == EWOULDBLOCK) return true;
  return file_error("lock", path, errno);
}

std::uint32_t PosixFileSystem::user() {
  return ::geteuid();
}

}  // namespace base
