// How many threads HTTP upstreams may use, and which of them: streams must leave room for calls,
// one site must leave room for others, and threads that hang (a name server that never answers, a
// dial into nothing) must not pile up. Pure: counts only.
#pragma once
#include <array>
#include <cstdint>

#include "upstream/http/exchange.h"

namespace upstream {

// The use of one site. Value.
struct SiteThreads {
  std::array<std::uint16_t, 3> running{};  // by HttpLane
  std::uint16_t hanging = 0;               // given up on, and not back for a while
};

class ThreadBudget {
 public:
  static constexpr std::uint32_t kThreadsMax = 128;
  static constexpr std::uint32_t kStreamsMax = 104;  // the rest is for calls and control
  static constexpr std::uint32_t kCallsOfSiteMax = 8;
  static constexpr std::uint32_t kPlenty = 48;
  static constexpr std::uint32_t kIdleMin = 4;
  static constexpr std::uint32_t kHangingMax = 64;
  static constexpr std::uint32_t kHangingOfSiteMax = 2;

  enum class Verdict : std::uint8_t {
    start,
    wait,    // for another to end
    refuse,  // the site's threads hang: another would hang as well
  };

  // Threads that only wait for work do not count: they make room when somebody needs it.
  Verdict ask(const SiteThreads& site, HttpLane lane) const;

  void start(SiteThreads& site, HttpLane lane);
  void finish(SiteThreads& site, HttpLane lane);
  // Given up on: the thread is still there.
  void abandon(SiteThreads& site, HttpLane lane);
  // It did not come back in time.
  void note_hanging(SiteThreads& site);
  // An abandoned one is back.
  void come_back(SiteThreads& site, bool was_hanging);

  // How many may stay idle: plenty while few work, and with 55 streams open 64 in all.
  std::uint32_t idle_max() const {
    return busy() + kIdleMin < kPlenty ? kPlenty - busy() : kIdleMin;
  }

  // Threads that do something, abandoned ones included.
  std::uint32_t busy() const { return running_ + abandoned_; }
  std::uint32_t hanging() const { return hanging_; }
  std::uint32_t streams() const { return streams_; }

 private:
  std::uint32_t running_ = 0;
  std::uint32_t streams_ = 0;
  std::uint32_t abandoned_ = 0;
  std::uint32_t hanging_ = 0;
};

}  // namespace upstream
