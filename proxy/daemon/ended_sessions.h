// Sessions that their clients have ended stay ended over a restart: the store remembers them until
// their ids expire. Function. Threads: the loop thread, at start.
#pragma once
#include <vector>

#include "proxy/downstream/session_table.h"
#include "storage/store.h"

namespace proxy::daemon {

// Tells `sessions` of those before, forgets in the store what has expired, and keeps what ends from
// now on. The store outlives the table.
void keep_ended_sessions(downstream::SessionTable& sessions, storage::Store& store,
                         const std::vector<storage::EndedSessionRecord>& before,
                         base::WallTime now);

}  // namespace proxy::daemon
