#include "e2e/bench/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace bench {

// Below kSubCount a bucket holds one value; above, the value's leading kSubBits + 1 bits name it.
std::size_t Histogram::bucket_of(std::uint64_t value) {
  if (value < kSubCount) return value;
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kSubBits - 1;
  if (shift >= kPowers) return kSubCount * (kPowers + 1) - 1;
  return kSubCount * (shift + 1) + ((value >> shift) - kSubCount);
}

std::uint64_t Histogram::upper_edge(std::size_t bucket) {
  if (bucket < kSubCount) return bucket;
  const std::size_t shift = bucket / kSubCount - 1;
  const std::uint64_t lead = bucket % kSubCount + kSubCount;
  return ((lead + 1) << shift) - 1;
}

void Histogram::add(Duration value) {
  const auto ns = static_cast<std::uint64_t>(std::max<Duration::rep>(value.count(), 0));
  ++buckets_[bucket_of(ns)];
  ++count_;
  sum_ += value;
  max_ = std::max(max_, value);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < buckets_.size(); ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

Histogram::Duration Histogram::quantile(double share) const {
  if (count_ == 0) return {};
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < buckets_.size(); ++i) {
    seen += buckets_[i];
    if (seen >= rank) {
      return std::min(max_, Duration(static_cast<Duration::rep>(upper_edge(i))));
    }
  }
  return max_;
}

}  // namespace bench
