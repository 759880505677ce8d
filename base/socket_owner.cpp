#include "base/socket_owner.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/unique_fd.h"

namespace base {
namespace {

constexpr std::uint32_t kEveryState = 0xFFFF'FFFF;

// One end of a connection as the kernel files it: IPv4 in the first word, also where an IPv6 socket
// uses a mapped address.
struct End {
  int family = AF_UNSPEC;
  std::array<std::uint32_t, 4> address{};  // network order
  std::uint16_t port = 0;                  // network order
  bool operator==(const End&) const = default;

  bool is_loopback() const {
    if (family == AF_INET) return ntohl(address[0]) >> 24 == 127;
    return family == AF_INET6 && address == std::array<std::uint32_t, 4>{0, 0, 0, htonl(1)};
  }
};

End end_of(const sockaddr_storage& storage) {
  End end;
  if (storage.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(storage);
    end = {AF_INET, {v4.sin_addr.s_addr}, v4.sin_port};
  } else if (storage.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(storage);
    end = {AF_INET6, {}, v6.sin6_port};
    std::memcpy(end.address.data(), &v6.sin6_addr, sizeof end.address);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      end.family = AF_INET;
      end.address = {end.address[3]};
    }
  }
  return end;
}

End end_of(const inet_diag_msg& found, const std::uint32_t (&address)[4], std::uint16_t port) {
  End end{found.idiag_family, {}, port};
  std::memcpy(end.address.data(), address, sizeof end.address);
  if (end.family == AF_INET) end.address = {address[0]};
  in6_addr whole{};
  std::memcpy(&whole, address, sizeof whole);
  if (end.family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&whole)) {
    end.family = AF_INET;
    end.address = {address[3]};
  }
  return end;
}

struct Answer {
  int error = 0;  // errno; 0: `socket` is one that the kernel found
  inet_diag_msg socket{};
};

struct Question {
  nlmsghdr header;
  inet_diag_req_v2 request;
};

// The socket whose own end is `own` and whose other end is `other`, or one that would get what is
// sent there: the caller looks at what it got.
Answer ask_kernel(const End& own, const End& other) {
  const UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
  if (!netlink) return {errno};
  Question question{};
  question.header.nlmsg_len = sizeof question;
  question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.request.sdiag_family = static_cast<std::uint8_t>(own.family);
  question.request.sdiag_protocol = IPPROTO_TCP;
  question.request.idiag_states = kEveryState;
  inet_diag_sockid& id = question.request.id;
  id.idiag_sport = own.port;
  id.idiag_dport = other.port;
  std::memcpy(id.idiag_src, own.address.data(), sizeof id.idiag_src);
  std::memcpy(id.idiag_dst, other.address.data(), sizeof id.idiag_dst);
  id.idiag_cookie[0] = id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(netlink.get(), &question, sizeof question, 0, reinterpret_cast<sockaddr*>(&kernel),
               sizeof kernel) < 0) {
    return {errno};
  }
  // The kernel has answered by now.
  alignas(nlmsghdr) std::array<char, 4096> bytes;
  sockaddr_nl from{};
  socklen_t from_size = sizeof from;
  const ssize_t count = ::recvfrom(netlink.get(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                                   reinterpret_cast<sockaddr*>(&from), &from_size);
  if (count < 0) return {errno};
  nlmsghdr header{};
  if (from.nl_pid != 0 || static_cast<std::size_t>(count) < sizeof header) return {EPROTO};
  std::memcpy(&header, bytes.data(), sizeof header);
  const std::size_t body = static_cast<std::size_t>(count) - sizeof header;
  if (header.nlmsg_type == NLMSG_ERROR && body >= sizeof(nlmsgerr)) {
    nlmsgerr fault{};
    std::memcpy(&fault, bytes.data() + sizeof header, sizeof fault);
    return {fault.error == 0 ? EPROTO : -fault.error};
  }
  Answer answer;
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || body < sizeof answer.socket) return {EPROTO};
  std::memcpy(&answer.socket, bytes.data() + sizeof header, sizeof answer.socket);
  return answer;
}

// A socket that some process has open: no half of a connection that is being made, and none that
// only the kernel still knows. Those say that root owns them, or their last owner.
bool is_held(const inet_diag_msg& socket) {
  switch (socket.idiag_state) {
    case TCP_ESTABLISHED:
    case TCP_FIN_WAIT1:
    case TCP_FIN_WAIT2:
    case TCP_CLOSE_WAIT:
    case TCP_LAST_ACK:
    case TCP_CLOSING:
      return socket.idiag_inode != 0;
    default:
      return false;
  }
}

uid_t overflow_uid() {
  unsigned number = 65534;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen("/proc/sys/kernel/overflowuid", "re"), &std::fclose);
  if (file != nullptr && std::fscanf(file.get(), "%u", &number) != 1) number = 65534;
  return number;
}

bool is_every_user_mapped() {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/uid_map", "re"),
                                                             &std::fclose);
  unsigned inside = 0;
  unsigned outside = 0;
  unsigned count = 0;
  return file != nullptr && std::fscanf(file.get(), "%u %u %u", &inside, &outside, &count) == 3 &&
         count == 0xFFFF'FFFF;
}

std::optional<uid_t> if_somebody(uid_t uid) {
  static const uid_t nobody = overflow_uid();
  if (uid != nobody) return uid;
  static const bool is_a_user = is_every_user_mapped();
  return is_a_user ? std::optional(uid) : std::nullopt;
}

}  // namespace

std::optional<uid_t> tcp_peer_uid(int descriptor) {
  sockaddr_storage own_address{};
  sockaddr_storage peer_address{};
  socklen_t size = sizeof own_address;
  if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&own_address), &size) != 0) return {};
  size = sizeof peer_address;
  if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer_address), &size) != 0) return {};
  const End own = end_of(own_address);
  const End peer = end_of(peer_address);
  if (!own.is_loopback() || !peer.is_loopback() || own.family != peer.family) return {};
  const Answer answer = ask_kernel(peer, own);
  if (answer.error != 0 || !is_held(answer.socket)) return {};
  // Where the connection is gone the kernel offers who listens at its port.
  const inet_diag_sockid& id = answer.socket.id;
  if (end_of(answer.socket, id.idiag_src, id.idiag_sport) != peer) return {};
  if (end_of(answer.socket, id.idiag_dst, id.idiag_dport) != own) return {};
  return if_somebody(answer.socket.idiag_uid);
}

std::optional<uid_t> unix_peer_uid(int descriptor) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  constexpr auto kNotConnected = static_cast<uid_t>(-1);
  return credentials.uid == kNotConnected ? std::nullopt : if_somebody(credentials.uid);
}

// Tried, because a kernel without diagnostics of TCP answers as if there were no such connection.
bool can_know_tcp_peers() {
  const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const UniqueFd dialled(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (!listener || !dialled || ::bind(listener.get(), raw, size) != 0 ||
      ::listen(listener.get(), 1) != 0 || ::getsockname(listener.get(), raw, &size) != 0 ||
      ::connect(dialled.get(), raw, size) != 0) {
    return false;
  }
  const UniqueFd accepted(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  return accepted && tcp_peer_uid(accepted.get()) && tcp_peer_uid(dialled.get());
}

}  // namespace base
