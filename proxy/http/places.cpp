#include "proxy/http/places.h"

#include <algorithm>

namespace proxy::http {

std::vector<Candidate> who_goes(std::vector<Candidate> candidates, std::size_t places) {
  const auto lowest = std::ranges::min_element(candidates, {}, &Candidate::standing);
  if (lowest == candidates.end() || lowest->standing == Standing::busy) return {};
  const Standing standing = lowest->standing;
  std::erase_if(candidates, [&](const Candidate& one) { return one.standing != standing; });
  const std::size_t fraction = standing == Standing::known ? 512 : 64;
  const std::size_t count =
      std::min(candidates.size(), std::max<std::size_t>(1, places / fraction));
  const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(count);
  std::ranges::partial_sort(candidates, end, {}, &Candidate::since);
  candidates.erase(end, candidates.end());
  return candidates;
}

}  // namespace proxy::http
