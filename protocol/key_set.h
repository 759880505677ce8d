// Notices a key that comes twice in one JSON object. Resource, short-lived.
//
// Limits: kKeysMax keys. Cost: no allocation up to kInlineMax keys without escapes; beyond, a hash
// set.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_set>

namespace protocol {

class KeySet {
 public:
  static constexpr std::uint32_t kInlineMax = 32;

  KeySet() {}  // leaves `inline_` unset on purpose: a scan has no time to clear it
  KeySet(const KeySet&) = delete;
  KeySet& operator=(const KeySet&) = delete;

  void clear() {
    count_ = 0;
    if (!more_.empty()) more_.clear();
  }
  std::uint32_t size() const { return count_; }

  // False when the key is already there. `key` must stay where it is.
  bool insert(std::string_view key) {
    const std::uint32_t inline_count = count_ < kInlineMax ? count_ : kInlineMax;
    for (std::uint32_t i = 0; i < inline_count; ++i) {
      if (std::string_view(inline_[i].data, inline_[i].size) == key) return false;
    }
    if (count_ < kInlineMax) {
      inline_[count_] = {key.data(), key.size()};
    } else if (!more_.insert(key).second) {
      return false;
    }
    ++count_;
    return true;
  }

 private:
  struct Key {
    const char* data;
    std::size_t size;
  };
  std::uint32_t count_ = 0;
  std::array<Key, kInlineMax> inline_;
  std::unordered_set<std::string_view> more_;
};

}  // namespace protocol
