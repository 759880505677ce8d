#include "base/unix_address.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/un.h>

#include <cerrno>

#include "base/file_system.h"

namespace base {
namespace {

constexpr std::size_t kTextBytesMax = sizeof(sockaddr_un::sun_path) - 1;

}  // namespace

Result<UnixAddress> UnixAddress::of(const std::string& path) {
  if (path.size() <= kTextBytesMax) return UnixAddress(path, UniqueFd());
  const std::string parent = parent_dir(path);
  UniqueFd directory(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return file_error("open", parent, errno);
  std::string text =
      fmt::format("/proc/self/fd/{}/{}", directory.get(), path.substr(path.rfind('/') + 1));
  if (text.size() > kTextBytesMax) {
    return Error{ErrorCode::invalid_argument, "The name of the socket " + path + " is too long.",
                 "Choose a name of at most 80 bytes."};
  }
  return UnixAddress(std::move(text), std::move(directory));
}

}  // namespace base
