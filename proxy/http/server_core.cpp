#include "proxy/http/server_core.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <utility>

namespace proxy::http {
namespace {

constexpr int kBacklog = 4096;
// A flood of connections must not keep those that are there waiting.
constexpr std::size_t kAcceptedInTurnMax = 32;

// With what may be read ahead behind it.
std::size_t largest_request(const Limits& limits) {
  constexpr std::size_t kReadBytes = 64 * kKiB;
  return limits.head_bytes_max + limits.body_bytes_max + limits.pipelined_bytes_max + kReadBytes;
}

base::Error listen_error(int error, const std::string& where) {
  switch (error) {
    case UV_EADDRINUSE:
      return {base::ErrorCode::address_in_use, "The address " + where + " is in use.",
              "Stop the program that listens there, or choose another port with \"listen\"."};
    case UV_EACCES:
      return {base::ErrorCode::invalid_argument, "There is no right to listen on " + where + ".",
              "Choose a port of 1024 or above."};
    case UV_EADDRNOTAVAIL:
      return {base::ErrorCode::invalid_argument, "This machine has no address " + where + ".",
              "Choose an address of this machine, such as 127.0.0.1."};
    default:
      break;
  }
  return {base::ErrorCode::io_error, "Cannot listen on " + where + ": " + uv_strerror(error) + ".",
          ""};
}

Endpoint endpoint_of(const sockaddr& address) {
  Endpoint endpoint;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    uv_ip4_name(&v4, text.data(), text.size());
    endpoint.port = ntohs(v4.sin_port);
    endpoint.loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  } else if (address.sa_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
    uv_ip6_name(&v6, text.data(), text.size());
    endpoint.port = ntohs(v6.sin6_port);
    endpoint.loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
  }
  endpoint.address = text.data();
  return endpoint;
}

}  // namespace

ServerCore::ServerCore(base::Loop& loop_of_all, Limits limits_of_all, Handler& handler_of_all)
    : loop(loop_of_all),
      limits(limits_of_all),
      handler(handler_of_all),
      incoming(std::max(limits.incoming_bytes_max, 2 * largest_request(limits)),
               std::max(limits.incoming_bytes_of_peer_max, largest_request(limits))),
      kinds_{Kind{limits.connections_max}, Kind{limits.unix_connections_max}} {}

ServerCore::~ServerCore() = default;

base::Result<Endpoint> ServerCore::listen(const sockaddr& address) {
  ListenerPtr listener(new SocketBox{});
  uv_tcp_init(loop.uv(), &listener->tcp);
  const int error = uv_tcp_bind(&listener->tcp, &address, 0);
  if (error != 0) return listen_error(error, to_string(endpoint_of(address)));
  auto started = start_tcp(std::move(listener));
  if (!started && started.error().code == base::ErrorCode::address_in_use) {
    return listen_error(UV_EADDRINUSE, to_string(endpoint_of(address)));
  }
  return started;
}

base::Result<Endpoint> ServerCore::listen_on(int descriptor) {
  int listening = 0;
  socklen_t length = sizeof listening;
  sockaddr_storage address{};
  socklen_t address_length = sizeof address;
  const bool is_listener =
      ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 &&
      listening != 0 &&
      ::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &address_length) == 0;
  if (!is_listener || (address.ss_family != AF_INET && address.ss_family != AF_INET6)) {
    return base::Error{base::ErrorCode::invalid_argument,
                       "The socket handed over is not a listening TCP socket.",
                       "Use ListenStream=HOST:PORT in the socket unit."};
  }
  ListenerPtr listener(new SocketBox{});
  uv_tcp_init(loop.uv(), &listener->tcp);
  const int error = uv_tcp_open(&listener->tcp, descriptor);
  if (error != 0) return listen_error(error, "the socket handed over");
  return start_tcp(std::move(listener));
}

base::Result<void> ServerCore::listen_unix(const std::string& path) {
  auto file = UnixSocketFile::bind(path);
  if (!file) return file.error();
  ListenerPtr listener(new SocketBox{});
  uv_pipe_init(loop.uv(), &listener->pipe, /*ipc=*/0);
  base::UniqueFd socket(file->release_descriptor());
  int error = uv_pipe_open(&listener->pipe, socket.get());
  if (error == 0) {
    socket.release();
    error = start(std::move(listener));
  }
  if (error != 0) return listen_error(error, path);
  socket_files_.push_back(std::move(file).value());
  return base::kDone;
}

base::Result<Endpoint> ServerCore::start_tcp(ListenerPtr listener) {
  sockaddr_storage address{};
  int length = sizeof address;
  uv_tcp_getsockname(&listener->tcp, reinterpret_cast<sockaddr*>(&address), &length);
  const Endpoint endpoint = endpoint_of(reinterpret_cast<const sockaddr&>(address));
  if (const int error = start(std::move(listener)); error != 0)
    return listen_error(error, to_string(endpoint));
  return endpoint;
}

int ServerCore::start(ListenerPtr listener) {
  listener->handle.data = this;
  // Accepting more connections than there are descriptors does not spin: libuv keeps one in reserve
  // to accept and close what it cannot serve.
  const int error = uv_listen(&listener->handle, kBacklog, [](uv_stream_t* handle, int status) {
    if (status == 0) static_cast<ServerCore*>(handle->data)->on_connection(handle);
  });
  if (error == 0) listeners_.push_back(std::move(listener));
  return error;
}

// libuv asks again only when the connection at hand was accepted.
void ServerCore::on_connection(uv_stream_t* listener) {
  loop.turn().schedule(accept_hook_);
  if (accepted_in_turn_ >= kAcceptedInTurnMax) {
    waiting_.push_back(listener);
    return;
  }
  ++accepted_in_turn_;
  accept(listener);
}

void ServerCore::accept_rest() {
  accepted_in_turn_ = 0;
  for (uv_stream_t* listener : waiting_) accept(listener);
  waiting_.clear();
}

void ServerCore::accept(uv_stream_t* listener) {
  base::BoxPtr<SocketBox> socket(new SocketBox{});
  if (listener->type == UV_NAMED_PIPE) {
    uv_pipe_init(loop.uv(), &socket->pipe, /*ipc=*/0);
  } else {
    uv_tcp_init(loop.uv(), &socket->tcp);
  }
  if (uv_accept(listener, &socket->handle) != 0) return;
  take_in(std::make_unique<Connection>(*this, std::move(socket)));
}

void ServerCore::take_in(std::unique_ptr<Connection> connection) {
  Connection& newcomer = *connection;
  Kind& kind = kind_of(newcomer);
  while (peer_is_short(newcomer) && make_room(newcomer, /*among_its_own=*/true)) {
  }
  while (kind.taken >= kind.places && make_room(newcomer, /*among_its_own=*/false)) {
  }
  if (kind.taken >= kind.places + limits.connections_reserve) {
    ++counters.refused_connections;
    return;
  }
  ++counters.accepted;
  ++kind.taken;
  newcomer.place_ = connections_.size();
  connections_.push_back(std::move(connection));
  newcomer.open(is_short(newcomer));
}

bool ServerCore::make_room(Connection& newcomer, bool among_its_own) {
  std::vector<Candidate> candidates;
  for (const auto& one : connections_) {
    if (one->via() != newcomer.via()) continue;
    if (among_its_own && &one->share() != &newcomer.share()) continue;
    candidates.push_back(one->standing());
  }
  const auto gone = who_goes(std::move(candidates), kind_of(newcomer).places);
  for (const Candidate& one : gone) one.connection->end();
  counters.ended_for_others += gone.size();
  return !gone.empty();
}

bool ServerCore::is_short(Connection& connection) {
  const Kind& kind = kind_of(connection);
  return kind.taken > kind.places || peer_is_short(connection);
}

// Everybody on this machine has the same addresses.
bool ServerCore::peer_is_short(Connection& connection) const {
  return connection.via() == Peer::Via::tcp && !connection.is_near() &&
         connection.share().connections > limits.connections_of_peer_max;
}

ServerCore::Kind& ServerCore::kind_of(const Connection& connection) {
  return kinds_[static_cast<std::size_t>(connection.via())];
}

// What is kept for the next request is small.
void ServerCore::give_back(std::unique_ptr<RequestParser> parser) {
  if (parser == nullptr) return;
  parser->release();
  parsers.give(std::move(parser));
}

void ServerCore::remove(Connection& connection) {
  if (connection.lingering()) --lingering_;
  --kind_of(connection).taken;
  const std::size_t place = connection.place_;
  std::swap(connections_[place], connections_.back());
  connections_[place]->place_ = place;
  connections_.pop_back();
  if (draining_) loop.turn().schedule(drained_hook_);
}

// The measure is bytes times how long: who reads at all holds little, or not for long.
void ServerCore::limit_untaken() {
  const std::size_t most = std::max(limits.untaken_bytes_max, 2 * limits.queue_bytes_max);
  while (untaken_bytes > most) {
    const auto weight = [this](const std::unique_ptr<Connection>& one) {
      const auto held = base::Milliseconds(1) + one->untaken_for(now());
      return static_cast<double>(one->untaken_bytes()) *
             std::chrono::duration<double>(held).count();
    };
    (*std::ranges::max_element(connections_, {}, weight))->cut_off();
    ++counters.ended_for_others;
  }
}

void ServerCore::on_lingering() {
  ++lingering_;
  if (draining_) loop.turn().schedule(drained_hook_);
}

void ServerCore::drain(base::Duration deadline, std::function<void()> done) {
  if (draining_) return;
  draining_ = true;
  drained_ = std::move(done);
  waiting_.clear();
  listeners_.clear();
  socket_files_.clear();
  // From the back: one that ends is replaced by the last, which has been seen.
  for (std::size_t i = connections_.size(); i > 0; --i) connections_[i - 1]->drain();
  loop.timers().start(drain_timer_, loop.now() + deadline);
  loop.turn().schedule(drained_hook_);
}

void ServerCore::on_drain_deadline() {
  while (!connections_.empty()) connections_.back()->end();
  loop.turn().schedule(drained_hook_);
}

void ServerCore::check_drained() {
  if (connections_.size() > lingering_ || drained_ == nullptr) return;
  drain_timer_.cancel();
  const auto done = std::exchange(drained_, nullptr);
  done();
}

}  // namespace proxy::http
