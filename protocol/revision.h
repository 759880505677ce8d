// The revisions of MCP: exact names, negotiation on both sides, what each can do, and whether a
// request belongs to the sessions of old (legacy) or to the stateless protocol (modern). Values;
// pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "protocol/method.h"

namespace protocol {

enum class Revision : std::uint8_t {
  v2024_11_05,
  v2025_03_26,
  v2025_06_18,
  v2025_11_25,
  v2026_07_28,
};

inline constexpr Revision kNewestLegacy = Revision::v2025_11_25;
inline constexpr Revision kNewest = Revision::v2026_07_28;
// What an HTTP request without a version header and without a session speaks.
inline constexpr Revision kAssumedLegacy = Revision::v2025_03_26;

// legacy: an `initialize` handshake opens a session. modern: every request stands for itself.
enum class Era : std::uint8_t { legacy, modern };

constexpr Era era_of(Revision revision) {
  return revision <= kNewestLegacy ? Era::legacy : Era::modern;
}

// "2025-11-25". Static text.
std::string_view to_string(Revision revision);
// Exact comparison; nothing for any other text.
std::optional<Revision> revision_from(std::string_view text);

// Our answer to an `initialize` that asks for `requested`: the same when it is a legacy revision,
// else our newest legacy one. 2026-07-28 is never negotiated by `initialize`.
Revision answer_initialize(std::string_view requested);

// As a client: the revision a server's InitializeResult names, if we can go on with it.
std::optional<Revision> accept_initialize(std::string_view answered);

enum class Feature : std::uint8_t {
  batches,  // JSON-RPC arrays
  tool_annotations,
  audio_content,
  progress_message,
  completions_capability,
  version_header,  // MCP-Protocol-Version on HTTP
  elicitation,
  structured_content,  // and outputSchema
  resource_link,
  titles,  // `title` and `_meta` of tools, prompts, resources
  elicitation_url,
  sampling_tools,
  icons,
  core_tasks,
  sse_polling,  // priming events and `retry`
  required_result_type,
  logging_set_level,
  ping,
  resource_not_found_code,  // -32002
};

inline constexpr std::uint8_t kFeatureCount =
    static_cast<std::uint8_t>(Feature::resource_not_found_code) + 1;

bool has(Revision revision, Feature feature);

// What tells the era of a request from a client. GET and DELETE are legacy and need no question.
struct EraClues {
  Method method = Method::unknown;
  bool over_http = false;
  bool meta_claims_version = false;                // Envelope::meta_claims_version
  std::optional<std::string_view> meta_version;    // its value when it is a string
  std::optional<std::string_view> header_version;  // MCP-Protocol-Version; none on stdio
};

// `refuse_code` other than 0: the request is to be refused with that JSON-RPC error, in that era's
// way.
struct EraVerdict {
  Era era = Era::legacy;
  int refuse_code = 0;
};

EraVerdict era_of(const EraClues& clues);

}  // namespace protocol
