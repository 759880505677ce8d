#include "proxy/downstream/sse_connections.h"

#include <array>
#include <utility>
#include <vector>

#include "proxy/security/base64url.h"
#include "proxy/security/secret_file.h"

namespace proxy::downstream {
namespace {

std::string new_id() {
  std::array<unsigned char, 24> bytes;
  security::fill_random(bytes);
  std::string id;
  security::append_base64url(id, bytes);
  return id;
}

}  // namespace

SseConnection::SseConnection(SseConnections& connections, std::string id,
                             security::Principal principal, std::shared_ptr<Surface> surface,
                             http::Exchange exchange)
    : connections_(connections),
      surface_(std::move(surface)),
      stream_(std::make_unique<ServerStream>(connections.runtime_, static_cast<StreamOwner&>(*this),
                                             std::move(exchange))) {
  session_.id = std::move(id);
  session_.facts.principal = principal;
  session_.last_used = connections.runtime_.now();
  session_.attach(*this);
  stream_->event("endpoint", "/messages?sessionId=" + session_.id);
}

SseConnection::~SseConnection() = default;

void SseConnection::add(std::string_view /*id*/, http::Exchange::Parts message) {
  if (stream_ == nullptr) return;
  stream_->message(message);
  if (draining_) connections_.runtime_.turn.schedule(idle_hook_);
}

void SseConnection::skip() {
  if (draining_ && stream_ != nullptr) connections_.runtime_.turn.schedule(idle_hook_);
}

void SseConnection::notify(std::string_view message) {
  if (stream_ != nullptr) stream_->event("message", message);
}

void SseConnection::on_client_gone() {
  connections_.close(*this);
}

// The answers to calls in flight have no other way than this stream.
void SseConnection::on_stream_drain() {
  draining_ = true;
  end_when_idle();
}

void SseConnection::end_when_idle() {
  if (stream_ != nullptr && session_.calls == nullptr) connections_.close(*this);
}

SseConnections::~SseConnections() = default;

void SseConnections::open(security::Principal principal, std::shared_ptr<Surface> surface,
                          http::Exchange exchange) {
  auto made = std::make_shared<SseConnection>(*this, new_id(), principal, std::move(surface),
                                              std::move(exchange));
  connections_.emplace(made->session().id, made);
}

std::shared_ptr<SseConnection> SseConnections::find(std::string_view id,
                                                    security::Principal principal) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return nullptr;
  if (found->second->session().facts.principal != principal) return nullptr;
  return found->second;
}

// The stream and the connection are retired, not destroyed: one of them may be the caller.
void SseConnections::close(SseConnection& connection) {
  auto node = connections_.extract(connection.session().id);
  if (node.empty()) return;
  calls_.cancel_all(connection.session());
  runtime_.turn.retire(std::move(connection.stream_));
  runtime_.turn.retire(std::make_unique<std::shared_ptr<SseConnection>>(std::move(node.mapped())));
}

void SseConnections::list_changed(protocol::ListKind kind, upstream::UpstreamId id) {
  for (const auto& [name, connection] : connections_) {
    if (connection->initialized() && connection->surface().lists(kind, id)) {
      connection->stream_->list_changed(kind);
    }
  }
}

void SseConnections::surface_changed(const Surface& surface) {
  for (const auto& [name, connection] : connections_) {
    if (!connection->initialized() || &connection->surface() != &surface) continue;
    for (const auto kind : kListedKinds) connection->stream_->list_changed(kind);
  }
}

void SseConnections::surface_removed(const Surface& surface) {
  std::vector<std::shared_ptr<SseConnection>> cut_off;
  for (const auto& [name, connection] : connections_) {
    if (&connection->surface() == &surface) cut_off.push_back(connection);
  }
  for (const auto& connection : cut_off) close(*connection);
}

}  // namespace proxy::downstream
