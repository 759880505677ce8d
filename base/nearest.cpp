#include "base/nearest.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace base {
namespace {

constexpr std::size_t kNameBytesMax = 256;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

// Optimal string alignment distance: insert, delete, replace, swap of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::array<std::array<std::uint16_t, kNameBytesMax + 1>, 3> rows{};
  auto* before = &rows[0];
  auto* last = &rows[1];
  auto* now = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*last)[j] = static_cast<std::uint16_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    (*now)[0] = static_cast<std::uint16_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const unsigned cost = a[i - 1] == b[j - 1] ? 0 : 1;
      unsigned best = std::min({(*last)[j] + 1U, (*now)[j - 1] + 1U, (*last)[j - 1] + cost});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = std::min(best, (*before)[j - 2] + 1U);
      }
      (*now)[j] = static_cast<std::uint16_t>(best);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return (*last)[b.size()];
}

}  // namespace

std::vector<std::string> nearest(std::string_view name,
                                 std::span<const std::string_view> candidates, std::size_t limit) {
  struct Match {
    std::size_t distance;
    std::size_t order;
  };
  if (name.empty() || name.size() > kNameBytesMax) return {};
  const std::string wanted = lower(name);
  std::vector<Match> matches;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].size() > kNameBytesMax) continue;
    const std::string candidate = lower(candidates[i]);
    const bool part = wanted.size() >= 3 && candidate.size() >= 3 &&
                      (candidate.find(wanted) != std::string::npos ||
                       wanted.find(candidate) != std::string::npos);
    const std::size_t distance = edit_distance(wanted, candidate);
    const std::size_t allowed = std::max<std::size_t>(1, wanted.size() / 3);
    if (distance <= allowed) {
      matches.push_back({distance, i});
    } else if (part) {
      matches.push_back({allowed + 1 + distance, i});
    }
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.distance < b.distance; });
  if (matches.size() > limit) matches.resize(limit);
  std::vector<std::string> names;
  names.reserve(matches.size());
  for (const Match& match : matches) names.emplace_back(candidates[match.order]);
  return names;
}

std::string did_you_mean(std::span<const std::string> names) {
  if (names.empty()) return {};
  std::string out = " Did you mean ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? " or " : ", ";
    out += names[i];
  }
  return out + "?";
}

std::string some_of(std::vector<std::string_view> names, std::size_t limit) {
  std::ranges::sort(names);
  std::string text;
  for (std::size_t i = 0; i < std::min(limit, names.size()); ++i) {
    if (i > 0) text += ", ";
    text += names[i];
  }
  if (names.size() > limit) text += " and " + std::to_string(names.size() - limit) + " more";
  return text;
}

}  // namespace base
