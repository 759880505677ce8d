#include "upstream/http/thread_budget.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

using Verdict = ThreadBudget::Verdict;

TEST_CASE("a site has one stream, one control thread and eight for calls", "[http]") {
  ThreadBudget budget;
  SiteThreads site;
  for (const auto& [lane, count] :
       {std::pair{HttpLane::stream, 1}, {HttpLane::control, 1}, {HttpLane::call, 8}}) {
    for (int i = 0; i < count; ++i) {
      REQUIRE(budget.ask(site, lane) == Verdict::start);
      budget.start(site, lane);
    }
    CHECK(budget.ask(site, lane) == Verdict::wait);
  }
  CHECK(budget.busy() == 10);
  budget.finish(site, HttpLane::call);
  CHECK(budget.ask(site, HttpLane::call) == Verdict::start);
}

TEST_CASE("streams leave threads for calls, and all together stay under the limit", "[http]") {
  ThreadBudget budget;
  std::vector<SiteThreads> sites(200);
  std::size_t next = 0;
  while (budget.ask(sites[next], HttpLane::stream) == Verdict::start) {
    budget.start(sites[next++], HttpLane::stream);
  }
  CHECK(budget.streams() == ThreadBudget::kStreamsMax);
  next = 0;
  while (budget.ask(sites[next], HttpLane::call) == Verdict::start) {
    budget.start(sites[next++], HttpLane::call);
  }
  CHECK(budget.busy() == ThreadBudget::kThreadsMax);
  CHECK(budget.ask(sites[150], HttpLane::control) == Verdict::wait);
}

TEST_CASE("fewer threads stay idle the more of them work", "[http]") {
  ThreadBudget budget;
  std::vector<SiteThreads> sites(55);
  CHECK(budget.idle_max() == 48);
  for (SiteThreads& site : sites) {
    budget.start(site, HttpLane::stream);
    CHECK(budget.busy() + budget.idle_max() <= 64);
  }
  CHECK(budget.idle_max() == ThreadBudget::kIdleMin);
}

TEST_CASE("a site whose threads hang gets no more of them, others do", "[http]") {
  ThreadBudget budget;
  SiteThreads dead;
  SiteThreads well;
  for (int i = 0; i < 2; ++i) {
    budget.start(dead, HttpLane::call);
    budget.abandon(dead, HttpLane::call);
    CHECK(budget.ask(dead, HttpLane::call) == Verdict::start);  // it may be back any moment
  }
  budget.note_hanging(dead);
  budget.note_hanging(dead);
  CHECK(budget.busy() == 2);
  CHECK(budget.ask(dead, HttpLane::call) == Verdict::refuse);
  CHECK(budget.ask(well, HttpLane::call) == Verdict::start);
  budget.come_back(dead, /*was_hanging=*/true);
  CHECK(budget.ask(dead, HttpLane::call) == Verdict::start);
  CHECK(budget.busy() == 1);
}

TEST_CASE("when many hang, only sites with none may try", "[http]") {
  ThreadBudget budget;
  std::vector<SiteThreads> sites(ThreadBudget::kHangingMax + 1);
  for (std::size_t i = 0; i < ThreadBudget::kHangingMax; ++i) {
    budget.start(sites[i], HttpLane::call);
    budget.abandon(sites[i], HttpLane::call);
    budget.note_hanging(sites[i]);
  }
  CHECK(budget.ask(sites[0], HttpLane::call) == Verdict::refuse);
  CHECK(budget.ask(sites.back(), HttpLane::call) == Verdict::start);
}

}  // namespace
}  // namespace upstream
