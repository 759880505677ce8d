#include "base/socket_owner.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <functional>

#include "base/unique_fd.h"

namespace base {
namespace {

constexpr uid_t kStranger = 54321;

struct Place {
  sockaddr_storage address{};
  socklen_t size = 0;
  auto* raw() { return reinterpret_cast<sockaddr*>(&address); }
  auto* raw() const { return reinterpret_cast<const sockaddr*>(&address); }
};

Place v4(std::uint16_t port = 0) {
  Place place;
  auto& at = reinterpret_cast<sockaddr_in&>(place.address);
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  place.size = sizeof at;
  return place;
}

Place v6(const char* text, std::uint16_t port = 0) {
  Place place;
  auto& at = reinterpret_cast<sockaddr_in6&>(place.address);
  at.sin6_family = AF_INET6;
  REQUIRE(::inet_pton(AF_INET6, text, &at.sin6_addr) == 1);
  at.sin6_port = htons(port);
  place.size = sizeof at;
  return place;
}

UniqueFd tcp_socket(int family) {
  UniqueFd fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(fd.valid());
  return fd;
}

struct Listener {
  explicit Listener(const Place& at) : fd(tcp_socket(at.address.ss_family)) {
    const int off = 0;
    if (at.address.ss_family == AF_INET6) {
      REQUIRE(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0);
    }
    REQUIRE(::bind(fd.get(), at.raw(), at.size) == 0);
    REQUIRE(::listen(fd.get(), 8) == 0);
    Place bound;
    bound.size = sizeof bound.address;
    REQUIRE(::getsockname(fd.get(), bound.raw(), &bound.size) == 0);
    port = ntohs(reinterpret_cast<sockaddr_in&>(bound.address).sin_port);
  }
  UniqueFd accept() const {
    UniqueFd accepted(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    REQUIRE(accepted.valid());
    return accepted;
  }
  UniqueFd fd;
  std::uint16_t port = 0;
};

UniqueFd dial(const Place& where) {
  UniqueFd fd = tcp_socket(where.address.ss_family);
  REQUIRE(::connect(fd.get(), where.raw(), where.size) == 0);
  return fd;
}

// Until the end of what the other side sends was seen.
void wait_for_end(int descriptor) {
  pollfd wait{descriptor, POLLIN | POLLRDHUP, 0};
  REQUIRE(::poll(&wait, 1, 10'000) == 1);
}

// Runs `work` as another user, which only root can; false where it could not.
bool as_stranger(const std::function<void(int told, int until)>& work, int told, int until,
                 pid_t& child) {
  if (::geteuid() != 0) return false;
  child = ::fork();
  REQUIRE(child >= 0);
  if (child > 0) return true;
  if (::setgid(kStranger) == 0 && ::setuid(kStranger) == 0) work(told, until);
  ::_exit(0);
}

bool is_possible() {
  if (can_know_tcp_peers()) return true;
  WARN("socket diagnostics do not work on this machine: not tested");
  return false;
}

TEST_CASE("both ends of a connection within this machine know each other's user", "[base]") {
  if (!is_possible()) return;
  const Listener listener(v4());
  const UniqueFd client = dial(v4(listener.port));
  CHECK_FALSE(tcp_peer_uid(client.get()));  // nobody has accepted it
  const UniqueFd server = listener.accept();
  CHECK(tcp_peer_uid(server.get()) == ::geteuid());
  CHECK(tcp_peer_uid(client.get()) == ::geteuid());
}

TEST_CASE("the user is known over IPv6, and where one end speaks IPv6 and the other IPv4",
          "[base]") {
  if (!is_possible()) return;
  const UniqueFd probe(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Place six = v6("::1");
  if (!probe || ::bind(probe.get(), six.raw(), six.size) != 0) {
    WARN("this machine has no IPv6: not tested");
    return;
  }
  const Listener everywhere(v6("::"));
  for (const Place& where :
       {v6("::1", everywhere.port), v4(everywhere.port), v6("::ffff:127.0.0.1", everywhere.port)}) {
    const UniqueFd client = dial(where);
    const UniqueFd server = everywhere.accept();
    CHECK(tcp_peer_uid(server.get()) == ::geteuid());
    CHECK(tcp_peer_uid(client.get()) == ::geteuid());
  }
  const Listener four(v4());
  const UniqueFd client = dial(v6("::ffff:127.0.0.1", four.port));
  const UniqueFd server = four.accept();
  CHECK(tcp_peer_uid(server.get()) == ::geteuid());
}

TEST_CASE("an end that was closed belongs to nobody, one that only has no more to say is held",
          "[base]") {
  if (!is_possible()) return;
  const Listener listener(v4());
  UniqueFd client = dial(v4(listener.port));
  const UniqueFd server = listener.accept();
  REQUIRE(::shutdown(client.get(), SHUT_WR) == 0);
  wait_for_end(server.get());
  CHECK(tcp_peer_uid(server.get()) == ::geteuid());
  client.reset();
  CHECK_FALSE(tcp_peer_uid(server.get()));
}

TEST_CASE("a listener at the port of a connection that is gone is not its other end", "[base]") {
  if (!is_possible()) return;
  const Listener listener(v4());
  UniqueFd client = tcp_socket(AF_INET);
  const int on = 1;
  REQUIRE(::setsockopt(client.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0);
  const Place chosen = v4();
  REQUIRE(::bind(client.get(), chosen.raw(), chosen.size) == 0);
  const Place where = v4(listener.port);
  REQUIRE(::connect(client.get(), where.raw(), where.size) == 0);
  Place bound;
  bound.size = sizeof bound.address;
  REQUIRE(::getsockname(client.get(), bound.raw(), &bound.size) == 0);
  const UniqueFd server = listener.accept();
  const linger at_once{1, 0};  // a reset: nothing of it stays
  REQUIRE(::setsockopt(client.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) == 0);
  client.reset();
  const Listener successor(bound);
  CHECK_FALSE(tcp_peer_uid(server.get()));
}

TEST_CASE("what is no connection within this machine has no known user", "[base]") {
  CHECK_FALSE(tcp_peer_uid(-1));
  const UniqueFd idle = tcp_socket(AF_INET);
  CHECK_FALSE(tcp_peer_uid(idle.get()));
  const Listener listener(v4());
  CHECK_FALSE(tcp_peer_uid(listener.fd.get()));
  std::array<int, 2> pair{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
  const UniqueFd one(pair[0]);
  const UniqueFd other(pair[1]);
  CHECK_FALSE(tcp_peer_uid(one.get()));
  CHECK(unix_peer_uid(one.get()) == ::geteuid());
  CHECK_FALSE(unix_peer_uid(-1));
}

TEST_CASE("another user is told apart, also after a hasty end", "[base]") {
  if (!is_possible()) return;
  const Listener listener(v4());
  std::array<int, 2> told{};
  std::array<int, 2> until{};
  REQUIRE(::pipe(told.data()) == 0);
  REQUIRE(::pipe(until.data()) == 0);
  pid_t child = 0;
  const auto work = [&](int say, int wait) {
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
    const Place where = v4(listener.port);
    (void)::connect(fd.get(), where.raw(), where.size);
    char byte = 1;
    (void)!::write(say, &byte, 1);
    (void)!::read(wait, &byte, 1);
  };
  if (!as_stranger(work, told[1], until[0], child)) {
    WARN("only root can be two users: not tested");
    return;
  }
  char byte = 0;
  REQUIRE(::read(told[0], &byte, 1) == 1);
  const UniqueFd server = listener.accept();
  CHECK(tcp_peer_uid(server.get()) == kStranger);
  REQUIRE(::write(until[1], &byte, 1) == 1);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  wait_for_end(server.get());
  CHECK_FALSE(tcp_peer_uid(server.get()));  // an orphan says 0, which is us here
  for (const int fd : {told[0], told[1], until[0], until[1]}) ::close(fd);
}

}  // namespace
}  // namespace base
