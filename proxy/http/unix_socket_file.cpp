#include "proxy/http/unix_socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <utility>

#include "base/file_system.h"
#include "base/unix_address.h"

namespace proxy::http {
namespace {

constexpr mode_t kOwnerOnly = 0600;

base::Result<void> remove_stale(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return base::kDone;
    return base::file_error("look at", path, errno);
  }
  if (!S_ISSOCK(status.st_mode)) {
    return base::Error{base::ErrorCode::already_exists,
                       "Something that is no socket is in the way at " + path + ".",
                       "Move it away."};
  }
  if (::unlink(path.c_str()) != 0) return base::file_error("replace", path, errno);
  return base::kDone;
}

}  // namespace

base::Result<UnixSocketFile> UnixSocketFile::bind(const std::string& path) {
  const auto text = base::UnixAddress::of(path);
  if (!text) return text.error();
  if (auto removed = remove_stale(path); !removed) return removed.error();
  base::UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return base::file_error("make the socket", path, errno);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  text->text().copy(address.sun_path, sizeof address.sun_path - 1);
  // The file is made with the mode of the socket, so it is the owner's from its first moment on.
  UnixSocketFile file(path, std::move(socket));
  struct stat status {};
  if (::fchmod(file.socket_.get(), kOwnerOnly) != 0 ||
      ::bind(file.socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) !=
          0 ||
      ::lstat(path.c_str(), &status) != 0) {
    return base::file_error("make the socket", path, errno);
  }
  file.device_ = status.st_dev;
  file.inode_ = status.st_ino;
  if ((status.st_mode & 07777U) != kOwnerOnly) {
    return base::Error{base::ErrorCode::io_error,
                       "The socket " + path + " cannot be kept from other users.",
                       "Choose a data directory on a local file system."};
  }
  return file;
}

UnixSocketFile::UnixSocketFile(UnixSocketFile&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      socket_(std::move(other.socket_)),
      device_(other.device_),
      inode_(other.inode_) {}

UnixSocketFile::~UnixSocketFile() {
  struct stat status {};
  if (path_.empty() || ::lstat(path_.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace proxy::http
