// The small messages that both sides write: text results, progress, log lines, cursors. Pure; all
// of them append raw JSON to the caller's buffer.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "protocol/envelope.h"
#include "protocol/jsonrpc.h"

namespace protocol {

// The result of ping and of other requests without one.
inline constexpr std::string_view kEmptyResult = "{}";

// A CallToolResult of one text block.
void append_text_result(std::string& out, std::string_view text, bool is_error);

// The same, with the raw JSON object `structured` as structuredContent beside its text form.
void append_structured_result(std::string& out, std::string_view structured);

// Params of notifications/progress. `token` is raw JSON, as the requester gave it.
void append_progress_params(std::string& out, std::string_view token, double progress,
                            std::optional<double> total, std::string_view message);

// Params of a list request; empty object without a cursor.
void append_list_params(std::string& out, std::optional<std::string_view> cursor);

// Params of tools/call with raw `arguments` (empty: none).
void append_call_params(std::string& out, std::string_view name, std::string_view arguments);

// The error of an error response; code kInternalError and an own text when it names none.
RpcError read_error(const Envelope& envelope);

}  // namespace protocol
