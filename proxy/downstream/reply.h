// Where the answer to one JSON-RPC request goes: the HTTP exchange it came with, as plain JSON or,
// once something must be said before the answer, as an SSE stream; or a ReplyChannel. Resource that
// moves; answered at most once, and dropped harmlessly when the client has gone.
//
// Threads: the loop thread.
// Cost:    an answer on an exchange is one append to the connection's buffer.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "protocol/jsonrpc.h"
#include "proxy/downstream/reply_channel.h"
#include "proxy/http/exchange.h"

namespace proxy::downstream {

class Reply {
 public:
  Reply() = default;
  // `may_stream`: the client accepts text/event-stream.
  Reply(http::Exchange exchange, bool may_stream)
      : exchange_(std::move(exchange)), may_stream_(may_stream) {}
  explicit Reply(std::shared_ptr<ReplyChannel> channel) : channel_(std::move(channel)) {}

  // Extra headers of a plain JSON answer; not for channels.
  using Fields = http::Exchange::Fields;

  // `id` and `result` are raw JSON.
  void result(std::string_view id, std::string_view result, Fields headers = {});
  void error(std::string_view id, const protocol::RpcError& error,
             http::Status status = http::Status::ok);
  // An error object as an upstream sent it.
  void raw_error(std::string_view id, std::string_view error);
  bool can_notify() const {
    return channel_ != nullptr ? channel_->carries_notices() : may_stream_ && exchange_.open();
  }
  // A notification or request that belongs to the request, before its answer; dropped when the
  // client takes no stream. `message` is line-safe.
  void notify(std::string_view message);
  // Cuts the request off without an answer: it was cancelled.
  void abandon();

 private:
  using Parts = http::Exchange::Parts;
  void send(std::string_view id, Parts message, http::Status status, Fields headers);

  http::Exchange exchange_;
  std::shared_ptr<ReplyChannel> channel_;
  bool may_stream_ = false;
};

}  // namespace proxy::downstream
