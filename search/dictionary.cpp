#include "search/dictionary.h"

#include <algorithm>
#include <array>
#include <functional>

namespace search {
namespace {
constexpr std::size_t kSlotsMin = 1024;
constexpr std::size_t kComparedBytesMax = 48;

// What English puts at the end of a stem without leaving its word family. Sorted.
constexpr std::array<std::string_view, 35> kDerivations{
    "",    "abl",  "al",  "anc", "ant", "ar",  "ari",  "at",  "ation", "ator", "ed",  "enc",
    "ent", "er",   "eri", "i",   "ibl", "ic",  "if",   "ing", "ion",   "ist",  "iti", "iv",
    "iz",  "ment", "or",  "ori", "si",  "sis", "tion", "tor", "ur",    "y",    "z"};
static_assert(std::ranges::is_sorted(kDerivations));

bool derives(std::string_view ending) {
  return std::ranges::binary_search(kDerivations, ending);
}
}  // namespace

Dictionary::Dictionary() : slots_(kSlotsMin, kNoTerm) {}

Dictionary::Shape Dictionary::shape_of(std::string_view term) {
  Shape shape = static_cast<std::uint32_t>(std::min<std::size_t>(term.size(), 63)) << kLengthShift;
  for (const char c : term) shape |= 1U << (static_cast<unsigned char>(c) % 26U);
  return shape;
}

TermId Dictionary::find(std::string_view term) const {
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = std::hash<std::string_view>{}(term)&mask;; at = (at + 1) & mask) {
    const TermId id = slots_[at];
    if (id == kNoTerm || text(id) == term) return id;
  }
}

TermId Dictionary::intern(std::string_view term) {
  if ((entries_.size() + 1) * 2 > slots_.size()) grow();
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = std::hash<std::string_view>{}(term)&mask;
  while (slots_[at] != kNoTerm) {
    if (text(slots_[at]) == term) return slots_[at];
    at = (at + 1) & mask;
  }
  const auto id = static_cast<TermId>(entries_.size());
  entries_.push_back(
      {static_cast<std::uint32_t>(chars_.size()), static_cast<std::uint32_t>(term.size())});
  shapes_.push_back(shape_of(term));
  chars_.append(term);
  slots_[at] = id;
  next_in_family_.push_back(kNoTerm);
  if (term.size() >= kFamilyBytesMin) {
    TermId& head = family_heads_.try_emplace(family_key(term), kNoTerm).first->second;
    next_in_family_.back() = head;
    head = id;
  }
  return id;
}

std::uint64_t Dictionary::family_key(std::string_view term) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < kFamilyBytesMin; ++i)
    key = key << 8U | static_cast<unsigned char>(term[i]);
  return key;
}

void Dictionary::family(std::string_view word, std::vector<TermId>& out) const {
  if (word.size() < kFamilyBytesMin) return;
  const auto head = family_heads_.find(family_key(word));
  if (head == family_heads_.end()) return;
  for (TermId id = head->second; id != kNoTerm; id = next_in_family_[id]) {
    const std::string_view other = text(id);
    std::size_t common = kFamilyBytesMin;
    while (common < word.size() && common < other.size() && word[common] == other[common]) ++common;
    if (other != word && derives(word.substr(common)) && derives(other.substr(common)))
      out.push_back(id);
  }
}

void Dictionary::grow() {
  std::vector<TermId> wider(slots_.size() * 2, kNoTerm);
  const std::size_t mask = wider.size() - 1;
  for (TermId id = 0; id < entries_.size(); ++id) {
    std::size_t at = std::hash<std::string_view>{}(text(id)) & mask;
    while (wider[at] != kNoTerm) at = (at + 1) & mask;
    wider[at] = id;
  }
  slots_ = std::move(wider);
}

std::size_t Dictionary::bytes() const {
  return chars_.capacity() + entries_.capacity() * (sizeof(Entry) + sizeof(Shape)) +
         (slots_.capacity() + next_in_family_.capacity()) * sizeof(TermId) +
         family_heads_.size() * 2 * sizeof(std::uint64_t);
}

void Dictionary::starting_with(std::string_view prefix, std::vector<TermId>& out) const {
  const Shape letters = shape_of(prefix) & kLetters;
  for (TermId id = 0; id < shapes_.size(); ++id) {
    if ((shapes_[id] & letters) != letters) continue;
    if (text(id).size() > prefix.size() && text(id).starts_with(prefix)) out.push_back(id);
  }
}

void Dictionary::near(std::string_view word, std::uint8_t distance_max,
                      std::vector<Near>& out) const {
  if (word.size() > kComparedBytesMax) return;
  const Shape shape = shape_of(word);
  for (TermId id = 0; id < shapes_.size(); ++id) {
    const Shape other = shapes_[id];
    const int longer =
        static_cast<int>(other >> kLengthShift) - static_cast<int>(shape >> kLengthShift);
    if (longer > distance_max || -longer > distance_max) continue;
    // One edit changes at most two bits of the set.
    std::uint32_t differ = (other ^ shape) & kLetters;
    for (int i = 0; i < 2 * distance_max && differ != 0; ++i) differ &= differ - 1;
    if (differ != 0) continue;
    const std::uint8_t distance = edit_distance(word, text(id), distance_max);
    if (distance <= distance_max) out.push_back({id, distance});
  }
}

std::uint8_t edit_distance(std::string_view a, std::string_view b, std::uint8_t limit) {
  const auto too_far = static_cast<std::uint8_t>(limit + 1);
  if (a.size() > kComparedBytesMax || b.size() > kComparedBytesMax) return too_far;
  std::array<std::array<std::uint8_t, kComparedBytesMax + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& above2 = rows[(i + 1) % 3];
    row[0] = static_cast<std::uint8_t>(i);
    std::uint8_t best = row[0];
    for (std::size_t j = 1; j <= b.size(); ++j) {
      int cost =
          std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        cost = std::min(cost, above2[j - 2] + 1);
      }
      row[j] = static_cast<std::uint8_t>(cost);
      best = std::min(best, row[j]);
    }
    if (best > limit) return too_far;
  }
  return std::min(rows[a.size() % 3][b.size()], too_far);
}

}  // namespace search
