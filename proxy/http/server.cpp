#include "proxy/http/server.h"

#include <netdb.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "proxy/http/server_core.h"

namespace proxy::http {
namespace {

// An address is taken as it is; a name is resolved, IPv4 first: "localhost" is 127.0.0.1.
base::Result<sockaddr_storage> resolve(const std::string& host, std::uint16_t port) {
  sockaddr_storage address{};
  auto& v4 = reinterpret_cast<sockaddr_in&>(address);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(address);
  if (uv_ip4_addr(host.c_str(), port, &v4) == 0) return address;
  if (uv_ip6_addr(host.c_str(), port, &v6) == 0) return address;
  for (const int family : {AF_INET, AF_INET6}) {
    addrinfo hints{};
    hints.ai_family = family;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (host.empty() || ::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) continue;
    std::memcpy(&address, found->ai_addr, found->ai_addrlen);
    ::freeaddrinfo(found);
    (family == AF_INET ? v4.sin_port : v6.sin6_port) = htons(port);
    return address;
  }
  return base::Error{base::ErrorCode::invalid_argument,
                     "The host \"" + host + "\" to listen on is not known.",
                     "Use an address of this machine, such as 127.0.0.1, in \"listen\"."};
}

}  // namespace

std::string to_string(const Endpoint& endpoint) {
  const bool is_v6 = endpoint.address.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + endpoint.address + "]" : endpoint.address;
  return host + ":" + std::to_string(endpoint.port);
}

Server::Server(base::Loop& loop, Limits limits, Handler& handler)
    : core_(std::make_unique<ServerCore>(loop, limits, handler)) {}
Server::~Server() = default;

base::Result<Endpoint> Server::listen(std::string_view host, std::uint16_t port) {
  const auto address = resolve(std::string(host), port);
  if (!address) return address.error();
  return core_->listen(reinterpret_cast<const sockaddr&>(*address));
}

base::Result<Endpoint> Server::listen_on(int descriptor) {
  return core_->listen_on(descriptor);
}

base::Result<void> Server::listen_unix(const std::string& path) {
  return core_->listen_unix(path);
}

void Server::drain(base::Duration deadline, std::function<void()> done) {
  core_->drain(deadline, std::move(done));
}

bool Server::draining() const {
  return core_->draining();
}
void Server::free_spare() {
  core_->buffers.clear();
  core_->parsers.clear();
}
std::size_t Server::connection_count() const {
  return core_->connection_count();
}
const ServerCounters& Server::counters() const {
  return core_->counters;
}
const Limits& Server::limits() const {
  return core_->limits;
}

}  // namespace proxy::http
