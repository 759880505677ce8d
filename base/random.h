// Randomness for jitter and choice, as a seam: seeded from the system in the daemon, by the test
// elsewhere, so that a run can be replayed. Never for secrets (those come from OpenSSL).
#pragma once
#include <cstdint>
#include <random>

namespace base {

// Resource. Threads: the owner's thread.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  Random(const Random&) = delete;
  Random& operator=(const Random&) = delete;

  std::uint64_t next() { return engine_(); }
  // Uniform in [0, bound). REQUIRES: bound > 0. The modulo bias is below 2^-32 for bounds we use.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  // Uniform in [0, 1).
  double unit() { return static_cast<double>(engine_() >> 11) * 0x1.0p-53; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace base
