// What the MCP endpoints say when they refuse a message over HTTP. Functions.
#pragma once
#include <string>
#include <string_view>

#include "protocol/jsonrpc.h"
#include "protocol/splice.h"
#include "proxy/http/exchange.h"

namespace proxy::downstream {

// Answers with a JSON-RPC error; `id` is raw, empty when there is none to name.
inline void refuse(http::Exchange& exchange, http::Status status, std::string_view id,
                   const protocol::RpcError& error, http::Exchange::Fields headers = {}) {
  std::string message;
  protocol::append_error_response(message, id, error);
  exchange.respond(status, "application/json", message, headers);
}

// The official clients fall back to `initialize` on any answer that is not a modern error.
inline protocol::RpcError modern_refused() {
  return {
      protocol::kInvalidRequest,
      "this endpoint speaks the revisions 2024-11-05 to 2025-11-25: open a session with initialize",
      {}};
}

inline protocol::RpcError no_room_for_batch() {
  return {protocol::kInternalError,
          "too many batches are being carried out: send single messages, or try again in a few "
          "seconds",
          {}};
}

}  // namespace proxy::downstream
