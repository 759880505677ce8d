// JSON-RPC's error codes, and those MCP adds. Values.
#pragma once
#include <string>
#include <string_view>

#include "base/json.h"

namespace protocol {

inline constexpr int kParseError = -32700;
inline constexpr int kInvalidRequest = -32600;
inline constexpr int kMethodNotFound = -32601;
inline constexpr int kInvalidParams = -32602;
inline constexpr int kInternalError = -32603;
inline constexpr int kSessionNotFound = -32001;  // body of an HTTP 404, legacy revisions
inline constexpr int kResourceNotFound =
    -32002;  // legacy revisions; kInvalidParams since 2026-07-28
// 2026-07-28
inline constexpr int kHeaderMismatch = -32020;
inline constexpr int kMissingClientCapability = -32021;
inline constexpr int kUnsupportedProtocolVersion = -32022;
// 2025-11-25 only
inline constexpr int kUrlElicitationRequired = -32042;

// What an error response carries.
struct RpcError {
  int code = kInternalError;
  std::string message;    // plain text
  std::string data_json;  // raw JSON, valid; empty: no data
};

using base::append_json_string;  // quotes included; U+FFFD for what is not UTF-8

// Appends raw JSON with every CR and LF replaced by a space. Valid JSON holds them between tokens
// only.
void append_line_safe(std::string& out, std::string_view raw);

// Appends {"code":..,"message":..,"data":..}.
void append_error_object(std::string& out, const RpcError& error);

}  // namespace protocol
