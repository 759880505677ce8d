// Builds outgoing messages by appending raw, validated JSON to the caller's buffer. Pure.
//
// Rule:   only what scan() or read_json() accepted may come in as raw JSON. All that is written is
//         line-safe: no CR or LF, so a pretty-printed body can never become a second line, and with
//         it a second message, on stdio or SSE.
// Cost:   one copy of the bytes; no temporary allocation.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "protocol/envelope.h"
#include "protocol/jsonrpc.h"

namespace protocol {

// {"jsonrpc":"2.0","id":ID,"method":METHOD,"params":PARAMS}. `params` may be empty: no params.
void append_request(std::string& out, std::uint64_t id, std::string_view method,
                    std::string_view params);

// What changes in a request's params on their way to an upstream.
struct ParamsChange {
  std::optional<std::string_view> name =
      std::nullopt;  // plain text for params.name, if that is a string
  std::optional<std::string_view> uri = std::nullopt;  // the same for params.uri
  std::optional<std::uint64_t> progress_token =
      std::nullopt;  // replaces or adds the token; none: removes it
};

// The request `from` with a fresh id, its own method and its params changed; all else byte for
// byte.
void append_request(std::string& out, std::uint64_t id, const Envelope& from,
                    const ParamsChange& change);

// The params alone, as above; "{}" with the token when there are none.
void append_params(std::string& out, const Envelope& from, const ParamsChange& change);

// `params` may be empty.
void append_notification(std::string& out, std::string_view method, std::string_view params);

// The progress notification `from` with another token (raw JSON).
void append_progress(std::string& out, const Envelope& from, std::string_view token);

// notifications/cancelled for a request of ours.
void append_cancelled(std::string& out, std::uint64_t request_id, std::string_view reason);

// `id` is raw JSON, as the peer sent it; empty is written as null (errors only).
void append_response(std::string& out, std::string_view id, std::string_view result);
void append_error_response(std::string& out, std::string_view id, const RpcError& error);
// An error object as another server sent it.
void append_error_response(std::string& out, std::string_view id, std::string_view raw_error);

// One member of an object: `value` is raw JSON that replaces the member, or is added at the end
// when the object has none; empty removes it.
struct MemberEdit {
  std::string_view key;  // plain text
  std::string_view value;
};

// Appends the raw object with its own (not nested) members edited, all others byte for byte.
// REQUIRES: `object` is a valid raw JSON object.
void append_edited_object(std::string& out, std::string_view object,
                          std::span<const MemberEdit> edits);

}  // namespace protocol
