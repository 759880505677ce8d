#include "proxy/cli/daemon_connection.h"

#include <httplib.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <chrono>

#include "base/socket_owner.h"
#include "base/unique_fd.h"
#include "base/unix_address.h"

namespace proxy::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kConnectTime{5};
// Until the other side has accepted the connection; before, nobody holds it.
constexpr std::chrono::seconds kAcceptTime{2};
constexpr int kAcceptPollMs = 2;
constexpr const char* kKeyHeader = "X-API-Key";

bool is_own_user(std::optional<uid_t> uid) {
  return uid && *uid == ::geteuid();
}

// Whether the other end of a dialled connection is held by a process of this user.
bool is_held_by_own_user(int descriptor) {
  const Clock::time_point deadline = Clock::now() + kAcceptTime;
  while (true) {
    if (const auto uid = base::tcp_peer_uid(descriptor)) return is_own_user(uid);
    pollfd wait{descriptor, POLLRDHUP, 0};
    if (::poll(&wait, 1, kAcceptPollMs) > 0 || Clock::now() > deadline) return false;
  }
}

base::UniqueFd dialled(const std::string& path, timeval limit) {
  const auto where = base::UnixAddress::of(path);
  if (!where) return {};
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  where->text().copy(address.sun_path, sizeof address.sun_path - 1);
  // Of connecting too: a daemon that is stopped accepts nobody once its queue is full.
  ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      !is_own_user(base::unix_peer_uid(fd.get()))) {
    return {};
  }
  return fd;
}

class OverSocket final : public httplib::ClientImpl {
 public:
  explicit OverSocket(std::string path) : ClientImpl("localhost", 80), path_(std::move(path)) {}

 private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    base::UniqueFd fd = dialled(path_, {connection_timeout_sec_, connection_timeout_usec_});
    if (!fd) {
      error = httplib::Error::Connection;
      return false;
    }
    socket.sock = fd.release();
    return true;
  }

  const std::string path_;
};

class OverTcp final : public httplib::ClientImpl {
 public:
  OverTcp(const UrlParts& parts, std::string own_key)
      : ClientImpl(parts.host, parts.port), own_key_(std::move(own_key)) {}

 private:
  bool create_and_connect_socket(Socket& socket, httplib::Error& error) override {
    if (!ClientImpl::create_and_connect_socket(socket, error)) return false;
    if (own_key_.empty()) return true;
    default_headers_.erase(kKeyHeader);
    if (is_held_by_own_user(socket.sock)) default_headers_.emplace(kKeyHeader, own_key_);
    return true;
  }

  const std::string own_key_;  // empty: none, or another one is sent anyway
};

std::unique_ptr<httplib::ClientImpl> make(const DaemonAddress& address) {
  if (!address.socket.empty()) return std::make_unique<OverSocket>(address.socket);
  const UrlParts parts = parts_of_url(address.url).value_or(UrlParts{});
  if (parts.tls) return std::make_unique<httplib::SSLClient>(parts.host, parts.port);
  return std::make_unique<OverTcp>(parts, address.api_key.empty() ? address.own_key : "");
}

}  // namespace

std::optional<UrlParts> parts_of_url(std::string_view url) {
  UrlParts parts;
  if (url.starts_with("https://")) {
    parts.tls = true;
    url.remove_prefix(8);
  } else if (url.starts_with("http://")) {
    url.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  parts.port = parts.tls ? 443 : 80;
  const bool is_bracketed = url.starts_with('[');
  const std::size_t end = is_bracketed ? url.find(']') : url.find(':');
  if (is_bracketed && end == std::string_view::npos) return std::nullopt;
  parts.host = is_bracketed ? url.substr(1, end - 1) : url.substr(0, end);
  std::string_view rest = is_bracketed ? url.substr(end + 1) : url.substr(parts.host.size());
  const bool is_name = !parts.host.empty() && std::ranges::none_of(parts.host, [&](char c) {
    return c <= ' ' || c == '\x7f' || std::string_view("/?#@\\[]").find(c) != std::string::npos ||
           (c == ':' && !is_bracketed);
  });
  if (!is_name) return std::nullopt;
  if (rest.empty()) return parts;
  rest.remove_prefix(1);
  const auto [stop, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), parts.port);
  const bool is_port = fault == std::errc{} && stop == rest.data() + rest.size() &&
                       parts.port > 0 && parts.port <= 65535;
  return is_port && url[url.size() - rest.size() - 1] == ':' ? std::optional(parts) : std::nullopt;
}

std::unique_ptr<httplib::ClientImpl> connection_to(const DaemonAddress& address) {
  std::unique_ptr<httplib::ClientImpl> client = make(address);
  client->set_connection_timeout(kConnectTime);
  client->set_keep_alive(true);
  client->set_tcp_nodelay(true);
  client->set_follow_location(false);
  if (address.socket.empty() && !address.api_key.empty()) {
    client->set_default_headers({{kKeyHeader, address.api_key}});
  }
  return client;
}

}  // namespace proxy::cli
