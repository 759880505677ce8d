// Our own failures as JSON-RPC errors. Pure.
#pragma once
#include <string_view>

#include "base/result.h"
#include "protocol/jsonrpc.h"
#include "protocol/revision.h"

namespace proxy::downstream {

// No upstream answered, whatever was asked: -32603, with the stable code as data.
protocol::RpcError rpc_error(const base::Error& error);

// The request itself was wrong: -32602.
protocol::RpcError invalid_params(std::string_view message);
protocol::RpcError invalid_params(const base::Error& error);

// A URI that leads nowhere: the code that the revision has for it, with the URI as data.
protocol::RpcError resource_not_found(const base::Error& error, protocol::Revision revision,
                                      std::string_view uri);

}  // namespace proxy::downstream
