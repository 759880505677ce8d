// Durations counted in buckets whose width grows with the value: 128 for each power of two, so a
// quantile is right to under one percent, in fixed memory. Value.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>

namespace bench {

class Histogram {
 public:
  using Duration = std::chrono::nanoseconds;

  void add(Duration value);
  void add(const Histogram& other);

  std::uint64_t count() const { return count_; }
  Duration max() const { return max_; }
  Duration mean() const {
    return count_ == 0 ? Duration{} : sum_ / static_cast<std::int64_t>(count_);
  }
  // The smallest recorded value (to bucket width) that `share` of all do not exceed; zero when
  // empty. REQUIRES: 0 < share <= 1.
  Duration quantile(double share) const;

 private:
  static constexpr unsigned kSubBits = 7;
  static constexpr std::uint64_t kSubCount = 1U << kSubBits;
  static constexpr unsigned kPowers = 40;  // up to 2^47 ns: a day and a half; larger counts as that

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t upper_edge(std::size_t bucket);

  std::array<std::uint64_t, kSubCount*(kPowers + 1)> buckets_{};
  std::uint64_t count_ = 0;
  Duration sum_{};
  Duration max_{};
};

}  // namespace bench
