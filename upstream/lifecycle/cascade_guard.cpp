#include "upstream/lifecycle/cascade_guard.h"

namespace upstream {

CascadeGuard::Change CascadeGuard::report(std::uint32_t server, bool ok, base::TimePoint now) {
  forget_before(now - kWindow);
  const auto [entry, added] = latest_.try_emplace(server, Outcome{now, ok});
  if (!added && !entry->second.ok) --failed_;
  entry->second = {now, ok};
  if (!ok) ++failed_;
  order_.emplace_back(now, server);

  if (!tripped_) {
    if (failed_ < kFailedMin || failed_ * 2 <= attempted()) return Change::none;
    tripped_ = true;
    successes_since_trip_ = 0;
    return Change::tripped;
  }
  if (ok) ++successes_since_trip_;
  const bool mostly_well = failed_ * 4 < attempted();
  if (!mostly_well && successes_since_trip_ < kSuccessesToRelease) return Change::none;
  tripped_ = false;
  latest_.clear();
  order_.clear();
  failed_ = 0;
  return Change::released;
}

std::vector<std::uint32_t> CascadeGuard::failed_servers() const {
  std::vector<std::uint32_t> servers;
  for (const auto& [server, outcome] : latest_) {
    if (!outcome.ok) servers.push_back(server);
  }
  return servers;
}

void CascadeGuard::forget_before(base::TimePoint time) {
  while (!order_.empty() && order_.front().first < time) {
    const auto [at, server] = order_.front();
    order_.pop_front();
    const auto entry = latest_.find(server);
    if (entry == latest_.end() || entry->second.at != at) continue;  // a later outcome holds
    if (!entry->second.ok) --failed_;
    latest_.erase(entry);
  }
}

}  // namespace upstream
