// For tests: a raw client socket beside a server on the same loop and thread. The kernel completes
// connects and keeps bytes, so blocking connects and sends of modest size need no second thread.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <string>
#include <string_view>
#include <utility>

#include "base/loop.h"
#include "base/unix_address.h"
#include "proxy/http/server.h"

namespace proxy::http {

// Runs turns until `done()`; fails the test after about ten seconds.
template <class Done>
void run_until(base::Loop& loop, Done done) {
  for (int turn = 0; turn < 10'000 && !done(); ++turn) loop.run_once(base::Milliseconds(1));
  REQUIRE(done());
}

class TestClient {
 public:
  TestClient(base::Loop& loop, const Endpoint& endpoint) : loop_(loop) {
    const bool v6 = endpoint.address.find(':') != std::string::npos;
    descriptor_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(descriptor_ >= 0);
    sockaddr_in v4{};
    sockaddr_in6 address6{};
    uv_ip4_addr("127.0.0.1", endpoint.port, &v4);
    uv_ip6_addr("::1", endpoint.port, &address6);
    const int error =
        v6 ? ::connect(descriptor_, reinterpret_cast<sockaddr*>(&address6), sizeof address6)
           : ::connect(descriptor_, reinterpret_cast<sockaddr*>(&v4), sizeof v4);
    REQUIRE(error == 0);
  }
  TestClient(base::Loop& loop, const std::string& unix_path) : loop_(loop) {
    descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(descriptor_ >= 0);
    const auto text = base::UnixAddress::of(unix_path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    text->text().copy(address.sun_path, sizeof address.sun_path - 1);
    REQUIRE(::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  ~TestClient() { close(); }
  TestClient(TestClient&& other) noexcept
      : loop_(other.loop_), descriptor_(std::exchange(other.descriptor_, -1)) {}
  TestClient(const TestClient&) = delete;
  TestClient& operator=(const TestClient&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent =
          ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent < 0) {
        REQUIRE((errno == EAGAIN || errno == EWOULDBLOCK));
        take();  // a peer that never reads would be waited for by a server that never reads
        loop_.run_once(base::Milliseconds(1));
        continue;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }
  void end_sending() { ::shutdown(descriptor_, SHUT_WR); }
  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }

  // Takes what has arrived, without running the loop.
  void take() {
    char buffer[16 * 1024];
    while (true) {
      const ssize_t count = ::recv(descriptor_, buffer, sizeof buffer, MSG_DONTWAIT);
      if (count > 0) received_.append(buffer, static_cast<std::size_t>(count));
      if (count == 0 || (count < 0 && errno != EAGAIN)) ended_ = true;
      if (count <= 0) return;
    }
  }
  // Everything received so far, once `text` is in it.
  const std::string& until(std::string_view text) {
    run_until(loop_, [&] { return take(), received_.find(text) != std::string::npos; });
    return received_;
  }
  // Everything received, once the server has ended the connection.
  const std::string& until_end() {
    run_until(loop_, [&] { return take(), ended_; });
    return received_;
  }
  std::string& received() { return received_; }
  bool ended() { return take(), ended_; }
  int descriptor() const { return descriptor_; }

 private:
  base::Loop& loop_;
  int descriptor_ = -1;
  std::string received_;
  bool ended_ = false;
};

}  // namespace proxy::http
