#include "proxy/downstream/server_stream.h"

#include <array>
#include <string>

#include "protocol/jsonrpc.h"
#include "proxy/downstream/sse_headers.h"

namespace proxy::downstream {

ServerStream::ServerStream(base::Runtime runtime, StreamOwner& owner, http::Exchange exchange)
    : runtime_(runtime), owner_(owner), exchange_(std::move(exchange)), notices_(runtime, *this) {
  exchange_.watch(this);
  exchange_.begin_stream(http::Status::ok, "text/event-stream", kSseHeaders);
  runtime_.start(keep_alive_timer_, kKeepAliveInterval);
}

ServerStream::~ServerStream() {
  exchange_.watch(nullptr);
  if (exchange_.open()) exchange_.end();
}

void ServerStream::comment() {
  exchange_.write(": keep-alive\n\n");
}

void ServerStream::event(std::string_view name, std::string_view data) {
  const std::array<std::string_view, 5> parts{"event: ", name, "\ndata: ", data, "\n\n"};
  exchange_.write(parts);
}

void ServerStream::message(http::Exchange::Parts parts) {
  std::string event = "event: message\ndata: ";
  for (const std::string_view part : parts) protocol::append_line_safe(event, part);
  event += "\n\n";
  exchange_.write(event);
}

void ServerStream::on_peer_gone(http::Exchange&) {
  owner_.on_client_gone();
}

void ServerStream::on_drain(http::Exchange&) {
  owner_.on_stream_drain();
}

void ServerStream::send_notice(std::string_view message) {
  event("message", message);
}

void ServerStream::send_keep_alive() {
  if (!exchange_.congested()) comment();
  runtime_.start(keep_alive_timer_, kKeepAliveInterval);
}

}  // namespace proxy::downstream
