// Real connections to servers of this process, over both ways.
#include "proxy/cli/daemon_connection.h"

#include <httplib.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <filesystem>

#include "base/socket_owner.h"
#include "base/unique_fd.h"
#include "proxy/cli/rest_client.h"

namespace proxy::cli {
namespace {

// Answers everything, keeps what came.
class Listener {
 public:
  // On a unix socket at `path`; on a port of loopback when it is empty.
  explicit Listener(const std::string& path = {}) {
    server_.Get(".*", [this](const httplib::Request& request, httplib::Response& reply) {
      const std::lock_guard lock(mutex_);
      keys_.push_back(request.get_header_value("X-API-Key"));
      hosts_.push_back(request.get_header_value("Host"));
      if (request.path == "/away") {
        reply.set_redirect(elsewhere);
        return;
      }
      reply.set_content(R"({"success":true,"data":{"n":1}})", "application/json");
    });
    if (path.empty()) {
      port_ = server_.bind_to_any_port("127.0.0.1");
    } else {
      server_.set_address_family(AF_UNIX);
      REQUIRE(server_.bind_to_port(path, 80));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~Listener() {
    server_.stop();
    thread_.join();
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  std::vector<std::string> keys() {
    const std::lock_guard lock(mutex_);
    return keys_;
  }
  std::vector<std::string> hosts() {
    const std::lock_guard lock(mutex_);
    return hosts_;
  }
  std::string elsewhere;

 private:
  httplib::Server server_;
  std::mutex mutex_;
  std::vector<std::string> keys_, hosts_;
  int port_ = 0;
  std::thread thread_;
};

struct TempDir {
  std::string path = (std::filesystem::temp_directory_path() / "mcptrunk_socket_XXXXXX").string();
  TempDir() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~TempDir() { std::filesystem::remove_all(path); }
};

using Keys = std::vector<std::string>;

TEST_CASE("over the socket of this user's daemon no key is sent, and the host is this machine") {
  const TempDir dir;
  Listener daemon(dir.path + "/daemon.sock");
  RestClient client({.api_key = "given", .own_key = "own", .socket = dir.path + "/daemon.sock"});
  CHECK(client.get("status").ok());
  CHECK(client.get("status").ok());
  CHECK(daemon.keys() == Keys{"", ""});
  CHECK(daemon.hosts() == Keys{"localhost", "localhost"});
}

TEST_CASE("a socket whose path is longer than an address is reached") {
  const TempDir dir;
  const std::string deep = dir.path + "/" + std::string(120, 'd');
  REQUIRE(std::filesystem::create_directory(deep));
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(deep);
  Listener daemon("daemon.sock");
  std::filesystem::current_path(here);
  CHECK(RestClient({.socket = deep + "/daemon.sock"}).get("status").ok());
}

TEST_CASE("a socket that nobody listens on is an unreachable daemon, named by its file") {
  const TempDir dir;
  const std::string path = dir.path + "/daemon.sock";
  { Listener gone(path); }
  const auto answer = RestClient({.socket = path}).get("status");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == base::ErrorCode::daemon_unreachable);
  CHECK(answer.error().message.find(path) != std::string::npos);
}

TEST_CASE("over TCP the key that was given is sent, else the own one to this user's process") {
  Listener daemon;
  CHECK(RestClient({.url = daemon.url(), .api_key = "given", .own_key = "own"}).get("status").ok());
  CHECK(RestClient({.url = daemon.url()}).get("status").ok());
  CHECK(daemon.keys() == Keys{"given", ""});
  if (!base::can_know_tcp_peers()) {
    WARN("socket diagnostics do not work on this machine: not tested");
    return;
  }
  RestClient client({.url = daemon.url(), .own_key = "own"});
  CHECK(client.get("status").ok());
  CHECK(client.get("status").ok());
  CHECK(daemon.keys() == Keys{"given", "", "own", "own"});
}

// A process of another user that answers one request with an envelope and tells what it got.
class Stranger {
 public:
  static constexpr uid_t kUser = 54321;

  // Listens on a port of loopback, or at `path`.
  explicit Stranger(const std::string& path = {}) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    from_ = base::UniqueFd(ends[0]);
    base::UniqueFd to(ends[1]);
    child_ = ::fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      if (::setgid(kUser) == 0 && ::setuid(kUser) == 0) serve(path, to.get());
      ::_exit(0);
    }
    to.reset();
    REQUIRE(::read(from_.get(), &port_, sizeof port_) == sizeof port_);
  }
  ~Stranger() { ::waitpid(child_, nullptr, 0); }

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  // After the request.
  std::string got() {
    std::string text;
    std::array<char, 4096> buffer;
    while (true) {
      const ssize_t count = ::read(from_.get(), buffer.data(), buffer.size());
      if (count <= 0) return text;
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  static int listen_on_port(int& port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const raw = reinterpret_cast<sockaddr*>(&at);
    socklen_t size = sizeof at;
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::bind(listener, raw, size) != 0 || ::getsockname(listener, raw, &size) != 0) return -1;
    port = ntohs(at.sin_port);
    return listener;
  }
  static int listen_at(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM, 0);
    return ::bind(listener, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 ? listener : -1;
  }
  static void serve(const std::string& path, int to) {
    int port = 0;
    const int listener = path.empty() ? listen_on_port(port) : listen_at(path);
    if (::listen(listener, 1) != 0) return;
    (void)!::write(to, &port, sizeof port);
    const int client = ::accept(listener, nullptr, nullptr);
    std::array<char, 4096> buffer;
    const ssize_t count = ::read(client, buffer.data(), buffer.size());
    if (count > 0) (void)!::write(to, buffer.data(), static_cast<std::size_t>(count));
    constexpr std::string_view kAnswer =
        "HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n{\"success\":true,\"data\":{\"n\":1}}";
    (void)!::write(client, kAnswer.data(), kAnswer.size());
  }

  base::UniqueFd from_;
  pid_t child_ = 0;
  int port_ = 0;
};

TEST_CASE("the own key is not for a process of another user on this machine") {
  if (::geteuid() != 0) {
    WARN("only root can be two users: not tested");
    return;
  }
  Stranger stranger;
  (void)RestClient({.url = stranger.url(), .own_key = "own-key"}).get("status");
  const std::string got = stranger.got();
  CHECK(got.find("GET /api/v1/status") != std::string::npos);
  CHECK(got.find("own-key") == std::string::npos);
}

TEST_CASE("a socket on which another user listens gets not a byte") {
  if (::geteuid() != 0) {
    WARN("only root can be two users: not tested");
    return;
  }
  const TempDir dir;
  std::filesystem::permissions(dir.path, std::filesystem::perms::all);
  const std::string path = dir.path + "/daemon.sock";
  Stranger stranger(path);
  const auto answer = RestClient({.socket = path}).get("status");
  REQUIRE_FALSE(answer.ok());
  CHECK(answer.error().code == base::ErrorCode::daemon_unreachable);
  CHECK(stranger.got().empty());
}

TEST_CASE("a redirect is not followed, so that no key goes astray") {
  Listener stranger;
  Listener daemon;
  daemon.elsewhere = stranger.url() + "/caught";
  for (const DaemonAddress& address : {DaemonAddress{.url = daemon.url(), .api_key = "given"},
                                       DaemonAddress{.url = daemon.url(), .own_key = "own"}}) {
    const auto answer = connection_to(address)->Get("/away");
    REQUIRE(answer);
    CHECK(answer->status == 302);
  }
  CHECK(stranger.keys().empty());
}

TEST_CASE("a URL is scheme, host and port") {
  const auto v6 = parts_of_url("https://[::1]:8443");
  REQUIRE(v6);
  CHECK(v6->tls);
  CHECK(v6->host == "::1");
  CHECK(v6->port == 8443);
  CHECK(parts_of_url("http://example.org")->port == 80);
  CHECK(parts_of_url("https://example.org")->port == 443);
  CHECK_FALSE(parts_of_url("ftp://h"));
}

}  // namespace
}  // namespace proxy::cli
