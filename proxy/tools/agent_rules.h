// What an agent may change over MCP. The change is judged by what comes of it, not by how it was
// written: the configuration before is held beside the one after, so that a synonym, a default or
// an id that names a group cannot hide what is meant. Pure.
//
//   free         disabling and quarantining; fewer tools; times, limits and thresholds that are
//                shorter or lower; undoing what an agent disabled while no person has decided since
//   quarantines  everything that decides what runs, where it is or what other agents read of it
//   refused      everything else: more tools, longer, higher, enabling what a person disabled,
//                removing what a person added or approved, groups and their members, settings
#pragma once
#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/tools/agent_marks.h"

namespace proxy::tools {

// forbidden, with what a person types instead, unless all that differs is an agent's to change.
base::Result<void> agent_may(const config::Config& before, const config::Config& after,
                             const AgentMarks& marks);

// Whether a server that becomes this must be looked at by a person before it runs (again).
bool needs_quarantine(const config::ServerConfig& before, const config::ServerConfig& after);

}  // namespace proxy::tools
