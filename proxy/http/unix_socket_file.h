// A bound unix socket with its file, which nobody but the owner may ever connect to. Resource that
// moves; any thread, one at a time.
#pragma once
#include <sys/types.h>

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace proxy::http {

class UnixSocketFile {
 public:
  // A socket that an earlier life left at `path` is replaced: the caller makes sure that nobody
  // listens there. Errors: those of the file system; already_exists, when another kind of file is
  // in the way.
  static base::Result<UnixSocketFile> bind(const std::string& path);
  UnixSocketFile(UnixSocketFile&& other) noexcept;
  UnixSocketFile& operator=(UnixSocketFile&&) = delete;
  // Removes the file, unless another one has taken its place.
  ~UnixSocketFile();

  // Bound, not listening yet; the caller's from now on.
  int release_descriptor() { return socket_.release(); }
  const std::string& path() const { return path_; }

 private:
  UnixSocketFile(std::string path, base::UniqueFd socket)
      : path_(std::move(path)), socket_(std::move(socket)) {}

  std::string path_;  // empty: moved away
  base::UniqueFd socket_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace proxy::http
