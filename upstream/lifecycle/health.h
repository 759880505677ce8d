// When a ready upstream is asked whether it still lives, and when it is taken for dead. Pure: the
// owner calls on_tick() once per interval and reports what it hears.
#pragma once
#include <cstdint>

namespace upstream {

class HealthWatch {
 public:
  static constexpr std::uint32_t kMissesMax = 3;

  enum class Verdict : std::uint8_t { well, ping, dead };

  // Any message of the upstream, an error included, is a sign of life.
  void on_heard() {
    heard_ = true;
    misses_ = 0;
    asked_ = false;
  }

  // It is asked now, whatever was before: the answer to an earlier ping may be lost.
  void on_asked() {
    heard_ = false;
    misses_ = 0;
    asked_ = true;
  }

  // A busy server is never taken for dead: its calls have deadlines of their own.
  Verdict on_tick(bool calls_in_flight) {
    if (heard_ || calls_in_flight) {
      heard_ = false;
      misses_ = 0;
      asked_ = false;
      return Verdict::well;
    }
    if (asked_ && ++misses_ >= kMissesMax) return Verdict::dead;
    asked_ = true;
    return Verdict::ping;
  }

 private:
  std::uint32_t misses_ = 0;
  bool heard_ = true;   // the handshake
  bool asked_ = false;  // a ping is unanswered
};

}  // namespace upstream
