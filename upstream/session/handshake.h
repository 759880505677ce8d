// The first words with an upstream: `initialize` with the revision offered, down to one both know.
// Where the era is found out, the probe for the stateless one goes in front (ProbingTransport).
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "protocol/revision.h"
#include "upstream/session/flow_request.h"
#include "upstream/session/listing.h"

namespace upstream {

struct Greeting {
  protocol::Revision revision = protocol::kNewestLegacy;
  ServerInfo server;
};

// Pure: what we say, and what we make of the answer. Errors: protocol_error.
void append_initialize_params(std::string& out, protocol::Revision revision);
base::Result<Greeting> read_initialize_result(std::string_view result);

// The newest legacy revision among `error.data.supported` of a server that refused ours.
std::optional<protocol::Revision> supported_by_refusal(std::string_view error);

// The whole handshake up to notifications/initialized; `offered` is what is asked for first, and
// the server may answer an older one. `port` outlives the task. REQUIRES: a legacy revision.
base::Task<base::Result<Greeting>> connect(FlowPort& port, protocol::Revision offered);

}  // namespace upstream
