// The handshake of the legacy revisions: initialize's params and result, read and written. Values;
// pure.
//
// Limits: kHandshakeTextMax for each text kept; longer ones are cut (names, instructions are for
// display).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "protocol/revision.h"

namespace protocol {

inline constexpr std::size_t kHandshakeTextMax = 1024;
inline constexpr std::size_t kInstructionsBytesMax = 64 * 1024;

// Who speaks; display only, never routed or authorised on.
struct Implementation {
  std::string name;
  std::string version;
  std::string title;
};

// What a client can be asked.
struct ClientAbilities {
  bool roots = false;
  bool roots_list_changed = false;
  bool sampling = false;
  bool sampling_tools = false;
  bool elicitation = false;  // form mode
  bool elicitation_url = false;
  bool tasks = false;
  bool operator==(const ClientAbilities&) const = default;
};

// What a server offers.
struct ServerAbilities {
  bool tools = false;
  bool tools_list_changed = false;
  bool prompts = false;
  bool prompts_list_changed = false;
  bool resources = false;
  bool resources_list_changed = false;
  bool resources_subscribe = false;
  bool logging = false;
  bool completions = false;
  bool tasks = false;
  bool operator==(const ServerAbilities&) const = default;
};

struct InitializeParams {
  std::string protocol_version;  // as asked; see answer_initialize()
  Implementation client;
  ClientAbilities abilities;
  std::string_view capabilities;  // raw object, as sent
};

struct InitializeResult {
  std::string protocol_version;  // as answered; see accept_initialize()
  Implementation server;
  ServerAbilities abilities;
  std::string instructions;
  std::string_view capabilities;  // raw object, as sent
};

// `raw` is the params or result object and must outlive the view in the value. A missing clientInfo
// or serverInfo is forgiven, a missing protocolVersion or capabilities that are no object are not.
// Errors: invalid_message (params), protocol_error (result).
base::Result<InitializeParams> read_initialize_params(std::string_view raw);
base::Result<InitializeResult> read_initialize_result(std::string_view raw);

// What a server's raw `capabilities` object offers; nothing for any other text.
ServerAbilities read_server_abilities(std::string_view capabilities);

// Appends the params with which we as a client open a session.
void append_initialize_params(std::string& out, Revision offered, const ClientAbilities& abilities,
                              const Implementation& client);

// Appends our answer. Abilities that `revision` does not know are left out.
void append_initialize_result(std::string& out, Revision revision, const ServerAbilities& abilities,
                              const Implementation& server, std::string_view instructions);

}  // namespace protocol
