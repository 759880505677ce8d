#include "proxy/daemon/service_manager.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>

#include "base/unique_fd.h"

namespace proxy::daemon {
namespace {

constexpr int kFirstInherited = 3;  // SD_LISTEN_FDS_START

}  // namespace

bool notify_service_manager(const Variable& variable, std::string_view state) {
  const std::string path = variable("NOTIFY_SOCKET").value_or("");
  sockaddr_un address{};
  if (path.size() < 2 || path.size() >= sizeof address.sun_path) return false;
  if (path[0] != '/' && path[0] != '@') return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return false;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  const ssize_t sent = ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                reinterpret_cast<const sockaddr*>(&address), size);
  return sent == static_cast<ssize_t>(state.size());
}

std::optional<int> inherited_socket(const Variable& variable, int pid) {
  if (variable("LISTEN_PID").value_or("") != std::to_string(pid)) return std::nullopt;
  const std::string count = variable("LISTEN_FDS").value_or("");
  if (count.empty() || count == "0") return std::nullopt;
  if (::fcntl(kFirstInherited, F_SETFD, FD_CLOEXEC) != 0) return std::nullopt;
  return kFirstInherited;
}

}  // namespace proxy::daemon
