#include "proxy/downstream/reply.h"

#include <array>

#include "protocol/splice.h"
#include "proxy/downstream/sse_headers.h"

namespace proxy::downstream {

using http::Status;

void Reply::send(std::string_view id, Parts message, Status status, Fields headers) {
  if (channel_ != nullptr) {
    channel_->add(id, message);
    channel_.reset();
    return;
  }
  if (!exchange_.open()) return;
  if (!exchange_.streaming()) {
    exchange_.respond(status, "application/json", message, headers);
    return;
  }
  std::string event = "event: message\ndata: ";
  for (const std::string_view part : message) protocol::append_line_safe(event, part);
  event += "\n\n";
  exchange_.write(event);
  exchange_.end();
}

void Reply::result(std::string_view id, std::string_view result, Fields headers) {
  const std::array<std::string_view, 5> parts{R"({"jsonrpc":"2.0","id":)", id, R"(,"result":)",
                                              result, "}"};
  send(id, parts, Status::ok, headers);
}

void Reply::error(std::string_view id, const protocol::RpcError& error, Status status) {
  std::string message;
  protocol::append_error_response(message, id, error);
  const std::string_view part = message;
  send(id, {&part, 1}, status, {});
}

void Reply::raw_error(std::string_view id, std::string_view error) {
  const std::array<std::string_view, 5> parts{R"({"jsonrpc":"2.0","id":)", id, R"(,"error":)",
                                              error, "}"};
  send(id, parts, Status::ok, {});
}

void Reply::notify(std::string_view message) {
  if (channel_ != nullptr) {
    channel_->notify(message);
    return;
  }
  if (!may_stream_ || !exchange_.open()) return;
  if (!exchange_.streaming()) {
    exchange_.begin_stream(Status::ok, "text/event-stream", kSseHeaders);
  }
  const std::array<std::string_view, 3> parts{"event: message\ndata: ", message, "\n\n"};
  exchange_.write(parts);
}

void Reply::abandon() {
  if (channel_ != nullptr) {
    channel_->skip();
    channel_.reset();
    return;
  }
  if (!exchange_.open()) return;
  if (exchange_.streaming()) {
    exchange_.end();
  } else {
    exchange_.respond(Status::accepted);
  }
}

}  // namespace proxy::downstream
