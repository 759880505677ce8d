// The envelope of one JSON-RPC message: what routing needs to know of it, as views into its bytes.
// scan() validates a message whole and decides once, so that policy and the server behind us read
// the same value. Value; views live as long as the scanned bytes.
//
// Refused:  all that raw_json.h refuses; a batch (split_batch() is for 2025-03-26); a key twice in
// the
//           message, `params`, `params._meta`, `result` or `error` (escaped spellings count); a
//           wrong type or size of any member described below.
// Threads:  pure; any thread. Messages over kInlineBytesMax belong on a worker: the RapidJSON of
//           Debian 12 cannot pause between tokens, and 16 MiB may take 50 ms.
// Cost:     no allocation, unless a key of those objects holds escapes or one has over 32 keys.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "protocol/jsonrpc.h"
#include "protocol/method.h"

namespace protocol {

inline constexpr std::size_t kIdBytesMax = 256;      // of an id or progress token, as raw text
inline constexpr std::size_t kMethodBytesMax = 128;  // as raw text
inline constexpr std::size_t kInlineBytesMax = 64 * 1024;  // scanned on the loop up to here
inline constexpr std::size_t kKeysMax = 4096;              // in each object checked for duplicates
inline constexpr std::size_t kBatchMessagesMax = 1024;

enum class MessageKind : std::uint8_t { request, notification, response, error_response };

// The content of a JSON string as it stands between its quotes. `escaped` says that it is not its
// own value yet. `present` tells the empty string (a valid cursor) from an absent one.
struct RawString {
  std::string_view raw;
  bool present = false;
  bool escaped = false;

  // The string's value. Allocates.
  std::string text() const;
  // Whether the value equals `plain`; without allocation when nothing is escaped.
  bool is(std::string_view plain) const;
};

struct Envelope {
  MessageKind kind = MessageKind::notification;

  // Raw JSON text: `17`, `"a"`. Empty in notifications and in error responses with a null id. In
  // requests and results a string or an integer (no fraction, no exponent), at most kIdBytesMax.
  std::string_view id;

  // `method_name` is the name itself; only when it holds escapes and is no method of MCP it is the
  // text between the quotes. Empty in responses.
  Method method = Method::unknown;
  std::string_view method_name;

  // Raw JSON objects, empty when absent.
  std::string_view params;
  std::string_view result;
  std::string_view error;

  // Members of `params`, when they have the expected type; others are left to the method's reader.
  RawString name;
  RawString uri;
  RawString cursor;
  bool cursor_is_no_string = false;  // nor null
  RawString level;                   // logging/setLevel, notifications/message
  RawString protocol_version;        // params.protocolVersion, as in initialize
  std::string_view arguments;        // any raw value, empty when absent
  bool arguments_is_object = false;
  std::string_view meta;             // params._meta: a raw object, empty when absent
  RawString meta_protocol_version;   // params._meta["io.modelcontextprotocol/protocolVersion"]
  bool meta_claims_version = false;  // that key is there, whatever its type: the modern era

  // Raw string or integer, at most kIdBytesMax: of params._meta in requests, of params in
  // notifications/progress; and params.requestId of notifications/cancelled.
  std::string_view progress_token;
  std::string_view request_id;

  // Members of `result` and `error`.
  bool result_is_error = false;  // isError is true
  RawString next_cursor;
  RawString result_type;  // 2026-07-28
  std::optional<int> error_code;
  RawString error_message;
};

// Why a message was refused.
struct ScanError {
  enum class Kind : std::uint8_t { malformed, batch, invalid };
  Kind kind = Kind::malformed;
  base::Error error;
  int jsonrpc_code = kParseError;  // -32700 for malformed, else -32600
  std::string id;                  // raw, when one was read and can be trusted; else empty
  bool has_method = false;         // a method was seen: it was a request or notification
};

// An Envelope or a ScanError.
class [[nodiscard]] Scanned {
 public:
  Scanned(Envelope envelope) : state_(envelope) {}        // NOLINT(google-explicit-constructor)
  Scanned(ScanError error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)
  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  // REQUIRES: ok().
  const Envelope& operator*() const { return std::get<0>(state_); }
  const Envelope* operator->() const { return &std::get<0>(state_); }
  // REQUIRES: !ok().
  const ScanError& error() const { return std::get<1>(state_); }

 private:
  std::variant<Envelope, ScanError> state_;
};

// Validates one message. `bytes` must not change while the envelope is used.
Scanned scan(std::string_view bytes);

// The members of a batch (a JSON array), each to be given to scan(). Errors: no array, invalid
// JSON, empty (JSON-RPC forbids it), over kBatchMessagesMax members.
base::Result<std::vector<std::string_view>> split_batch(std::string_view bytes);

}  // namespace protocol
