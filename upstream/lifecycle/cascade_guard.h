// Tells a common cause (network gone, disk full) from bad servers: looks only at servers that have
// worked before, and trips when most of those tried lately failed. While it is tripped their
// failures do not count towards auto-disable. Pure; time is passed in.
//
// It stays tripped while nothing is known: only successes end it, so that a long outage with rare
// tries counts as one.
// Cost: O(log servers) a report.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <vector>

#include "base/clock.h"

namespace upstream {

class CascadeGuard {
 public:
  static constexpr base::Duration kWindow = std::chrono::seconds(60);
  static constexpr std::uint32_t kFailedMin = 8;
  static constexpr std::uint32_t kSuccessesToRelease = 3;

  enum class Change : std::uint8_t { none, tripped, released };

  // The outcome of a start, or the loss of a running connection, of a known-good server.
  Change report(std::uint32_t server, bool ok, base::TimePoint now);

  bool tripped() const { return tripped_; }
  // Distinct servers of the window, by their latest outcome.
  std::uint32_t failed() const { return failed_; }
  std::uint32_t attempted() const { return static_cast<std::uint32_t>(latest_.size()); }
  // The servers whose latest outcome is a failure: their failures are forgiven when it trips.
  std::vector<std::uint32_t> failed_servers() const;

 private:
  struct Outcome {
    base::TimePoint at;
    bool ok = false;
  };
  void forget_before(base::TimePoint time);

  std::map<std::uint32_t, Outcome> latest_;
  std::deque<std::pair<base::TimePoint, std::uint32_t>> order_;
  std::uint32_t failed_ = 0;
  std::uint32_t successes_since_trip_ = 0;
  bool tripped_ = false;
};

}  // namespace upstream
