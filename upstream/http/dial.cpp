#include "upstream/http/dial.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/unique_fd.h"

namespace upstream {
namespace {

using AddressList = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

AddressList look_up(const std::string& host, std::uint16_t port, int flags, int& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  error = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  return {error == 0 ? found : nullptr, &freeaddrinfo};
}

}  // namespace

Resolved resolve(const std::string& host, std::uint16_t port) {
  Resolved resolved;
  int error = 0;
  const AddressList list = look_up(host, port, AI_ADDRCONFIG, error);
  if (list == nullptr) {
    resolved.problem = error == EAI_SYSTEM ? std::strerror(errno) : gai_strerror(error);
    return resolved;
  }
  for (const addrinfo* entry = list.get(); entry != nullptr; entry = entry->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    std::string address = text.data();
    auto& known = resolved.addresses;
    if (std::find(known.begin(), known.end(), address) == known.end()) {
      known.push_back(std::move(address));
    }
    if (known.size() == Resolved::kAddressesMax) break;
  }
  return resolved;
}

int dial_error(const std::string& address, std::uint16_t port, base::Milliseconds patience) {
  int error = 0;
  const AddressList list = look_up(address, port, AI_NUMERICHOST, error);
  if (list == nullptr) return 0;
  const base::UniqueFd socket(
      ::socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (connect(socket.get(), list->ai_addr, list->ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd waited{socket.get(), POLLOUT, 0};
  if (poll(&waited, 1, static_cast<int>(patience.count())) != 1) return 0;
  socklen_t size = sizeof error;
  return getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : 0;
}

}  // namespace upstream
