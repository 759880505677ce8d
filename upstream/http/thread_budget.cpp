#include "upstream/http/thread_budget.h"

#include <cassert>

namespace upstream {
namespace {

constexpr std::uint16_t lane_max(HttpLane lane) {
  return lane == HttpLane::call ? ThreadBudget::kCallsOfSiteMax : 1;
}

std::uint16_t& running_in(SiteThreads& site, HttpLane lane) {
  return site.running[static_cast<std::size_t>(lane)];
}

}  // namespace

ThreadBudget::Verdict ThreadBudget::ask(const SiteThreads& site, HttpLane lane) const {
  if (site.hanging >= kHangingOfSiteMax) return Verdict::refuse;
  if (site.hanging > 0 && hanging_ >= kHangingMax) return Verdict::refuse;
  if (site.running[static_cast<std::size_t>(lane)] >= lane_max(lane)) return Verdict::wait;
  if (lane == HttpLane::stream && streams_ >= kStreamsMax) return Verdict::wait;
  return busy() < kThreadsMax ? Verdict::start : Verdict::wait;
}

void ThreadBudget::start(SiteThreads& site, HttpLane lane) {
  ++running_in(site, lane);
  ++running_;
  if (lane == HttpLane::stream) ++streams_;
}

void ThreadBudget::finish(SiteThreads& site, HttpLane lane) {
  assert(running_in(site, lane) > 0);
  --running_in(site, lane);
  --running_;
  if (lane == HttpLane::stream) --streams_;
}

void ThreadBudget::abandon(SiteThreads& site, HttpLane lane) {
  finish(site, lane);
  ++abandoned_;
}

void ThreadBudget::note_hanging(SiteThreads& site) {
  ++site.hanging;
  ++hanging_;
}

void ThreadBudget::come_back(SiteThreads& site, bool was_hanging) {
  assert(abandoned_ > 0);
  --abandoned_;
  if (!was_hanging) return;
  --site.hanging;
  --hanging_;
}

}  // namespace upstream
