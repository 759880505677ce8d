#include "proxy/daemon/ended_sessions.h"

#include "proxy/downstream/sealed_sessions.h"

namespace proxy::daemon {

void keep_ended_sessions(downstream::SessionTable& sessions, storage::Store& store,
                         const std::vector<storage::EndedSessionRecord>& before,
                         base::WallTime now) {
  storage::Batch batch;
  for (const storage::EndedSessionRecord& record : before) {
    if (record.issued + downstream::SealedSessions::kLifetime < now) {
      batch.erase_ended_session(record.digest);
    } else {
      sessions.restore_ended(record.digest);
    }
  }
  if (!batch.empty()) store.write_behind(std::move(batch));
  sessions.on_ended([&store](const downstream::EndedSession& ended) {
    storage::Batch one;
    one.put_ended_session({ended.digest, ended.issued});
    store.write_behind(std::move(one));
  });
}

}  // namespace proxy::daemon
