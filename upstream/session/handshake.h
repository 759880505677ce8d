// The first words with an upstream: `initialize` with the revision offered, down to one both know.
// Where the era is found out, the probe for the stateless one goes in front (ProbingTransport).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "protocol/handshake.h"
#include "protocol/revision.h"
#include "upstream/session/flow_request.h"
#include "upstream/session/listing.h"

namespace upstream {

struct Greeting {
  protocol::Revision revision = protocol::kNewestLegacy;
  ServerInfo server;
};

// What we say that a client can be asked when it is not known which one it will be: what most can,
// and never roots, which would be one client's.
inline constexpr protocol::ClientAbilities kAbilitiesOfAnyClient{.sampling = true,
                                                                 .elicitation = true};

// Pure. Errors: protocol_error.
base::Result<Greeting> read_initialize_result(std::string_view result);

// The newest legacy revision among `error.data.supported` of a server that refused ours.
std::optional<protocol::Revision> supported_by_refusal(std::string_view error);

// The whole handshake up to notifications/initialized; `offered` is what is asked for first, and
// the server may answer an older one. `port` outlives the task. REQUIRES: a legacy revision.
base::Task<base::Result<Greeting>> connect(FlowPort& port, protocol::Revision offered,
                                           protocol::ClientAbilities abilities);

}  // namespace upstream
