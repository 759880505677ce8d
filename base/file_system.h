// The file operations the daemon depends on, as a seam: everything that reads or writes a file
// whose state must survive a crash takes a FileSystem&. PosixFileSystem is the machine's;
// SimFileSystem (sim_file_system.h) loses what was not synced when the power is cut. Resources.
//
// Threads: the caller's; every call blocks. The loop thread uses it for small files only.
// Paths:   absolute or relative to the working directory, UTF-8 or any bytes without NUL.
// Errors:  not_found, already_exists, forbidden (permissions, read-only or busy mounts), too_large,
//          unsupported, else io_error. On an error nothing has changed unless a method says
//          otherwise.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace base {

enum class FileKind : std::uint8_t { file, directory, symlink, other };

struct FileInfo {
  FileKind kind = FileKind::file;
  std::uint32_t mode = 0;  // permission bits, 07777
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  // since 1970
  std::uint64_t inode = 0;
  bool operator==(const FileInfo&) const = default;
};

class FileSystem {
 public:
  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  // The whole file; too_large when it holds more than `bytes_max`.
  virtual Result<std::string> read_file(const std::string& path, std::size_t bytes_max) = 0;

  // Creates a file that must not exist, writes it and syncs its content (its name is durable only
  // after fsync_dir). On an error the file is removed again as far as that is possible.
  virtual Result<void> write_new(const std::string& path, std::string_view bytes,
                                 std::uint32_t mode) = 0;
  virtual Result<void> fsync_file(const std::string& path) = 0;
  virtual Result<void> fsync_dir(const std::string& path) = 0;

  // Replaces `to` when it exists.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  // Swaps two existing names in one step; `unsupported` where kernel or file system cannot.
  virtual Result<void> rename_exchange(const std::string& first, const std::string& second) = 0;
  // A file, a symlink or an empty directory.
  virtual Result<void> remove(const std::string& path) = 0;

  virtual Result<FileInfo> stat(const std::string& path) = 0;   // follows symlinks
  virtual Result<FileInfo> lstat(const std::string& path) = 0;  // of the link itself
  virtual Result<std::string> realpath(const std::string& path) = 0;

  // With all missing parents; fine when it exists as a directory.
  virtual Result<void> create_dirs(const std::string& path, std::uint32_t mode) = 0;
  // Names without "." and "..", in byte order.
  virtual Result<std::vector<std::string>> list_dir(const std::string& path) = 0;
  // Gives `to` the mode of `from`, and its owner and group as far as we may.
  virtual Result<void> copy_mode_and_owner(const std::string& from, const std::string& to) = 0;

  // Whether somebody, this process included, holds the lock (flock) of a file; a file that is
  // missing is not locked. Nobody is kept waiting by the question.
  virtual Result<bool> is_locked(const std::string& path) = 0;
  // For whom we act: the effective user.
  virtual std::uint32_t user() = 0;
};

class PosixFileSystem final : public FileSystem {
 public:
  Result<std::string> read_file(const std::string& path, std::size_t bytes_max) override;
  Result<void> write_new(const std::string& path, std::string_view bytes,
                         std::uint32_t mode) override;
  Result<void> fsync_file(const std::string& path) override;
  Result<void> fsync_dir(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> rename_exchange(const std::string& first, const std::string& second) override;
  Result<void> remove(const std::string& path) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<FileInfo> lstat(const std::string& path) override;
  Result<std::string> realpath(const std::string& path) override;
  Result<void> create_dirs(const std::string& path, std::uint32_t mode) override;
  Result<std::vector<std::string>> list_dir(const std::string& path) override;
  Result<void> copy_mode_and_owner(const std::string& from, const std::string& to) override;
  Result<bool> is_locked(const std::string& path) override;
  std::uint32_t user() override;
};

// The directory part of a path: "." for a bare name, "/" for names in the root.
std::string parent_dir(std::string_view path);

// An error for a failed system call on a file: `doing` reads like "write" or "rename".
Error file_error(std::string_view doing, std::string_view path, int error_number);

}  // namespace base
