#include "base/secret_mask.h"

#include <algorithm>
#include <utility>

#include "base/secret_forms.h"

namespace base {
namespace {

constexpr std::string_view kDots = "...";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool can_be_masked(const std::string& secret) {
  const bool is_number = std::ranges::all_of(secret, is_digit);
  const bool is_mask = std::ranges::all_of(secret, [](char c) { return c == '*'; });
  return !is_mask &&
         secret.size() >= (is_number ? SecretMask::kNumberBytesMin : SecretMask::kSecretBytesMin);
}

bool stands_alone(std::string_view text, std::size_t at, std::size_t size) {
  const bool begins = at == 0 || !is_word(text[at - 1]);
  const bool ends = at + size == text.size() || !is_word(text[at + size]);
  return begins && ends;
}

// The bytes of the longest beginning of `secret` that `text` ends with; 0 for none worth hiding.
std::size_t beginning_at_end(std::string_view text, std::string_view secret) {
  std::size_t size = std::min(text.size(), secret.size() - 1);
  while (size >= SecretMask::kBeginningBytesMin && !text.ends_with(secret.substr(0, size))) --size;
  return size >= SecretMask::kBeginningBytesMin ? size : 0;
}

}  // namespace

SecretMask::SecretMask(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (std::string& form : secret_forms(secret)) {
      if (can_be_masked(form)) secrets_.push_back(std::move(form));
    }
  }
  // One may be a part of another.
  std::ranges::sort(secrets_, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  const auto same = std::ranges::unique(secrets_);
  secrets_.erase(same.begin(), same.end());
}

void SecretMask::apply(std::string& text) const {
  mask_whole(text);
  (void)mask_end(text);
}

void SecretMask::apply_line(std::string& line, Rest& rest) const {
  const std::string left = std::exchange(rest.text, {});
  const std::size_t same = std::min(left.size(), line.size());
  if (same > 0 && line.compare(0, same, left, 0, same) == 0) {
    line.replace(0, same, kMasked);
    if (same < left.size()) {
      rest.text = left.substr(same);
      return;
    }
  }
  mask_whole(line);
  rest.text = mask_end(line);
}

void SecretMask::mask_whole(std::string& text) const {
  for (const std::string& secret : secrets_) {
    const bool alone = secret.size() < kAnywhereBytesMin || std::ranges::all_of(secret, is_digit);
    std::size_t at = text.find(secret);
    while (at != std::string::npos) {
      const bool stays = alone && !stands_alone(text, at, secret.size());
      if (!stays) text.replace(at, secret.size(), kMasked);
      at = text.find(secret, at + (stays ? 1 : kMasked.size()));
    }
  }
  mask_before_dots(text);
}

// What is left of the secret whose beginning was hidden.
std::string_view SecretMask::mask_end(std::string& text) const {
  std::size_t longest = 0;
  const std::string* found = nullptr;
  for (const std::string& secret : secrets_) {
    const std::size_t size = beginning_at_end(text, secret);
    if (size <= longest) continue;
    longest = size;
    found = &secret;
  }
  if (found == nullptr) return {};
  text.replace(text.size() - longest, longest, kMasked);
  return std::string_view(*found).substr(longest);
}

void SecretMask::mask_before_dots(std::string& text) const {
  for (std::size_t at = text.find(kDots); at != std::string::npos;
       at = text.find(kDots, at + kDots.size())) {
    std::string before = text.substr(0, at);
    const std::size_t size = before.size();
    if (mask_end(before).empty()) continue;
    text.replace(0, size, before);
    at = before.size();
  }
}

}  // namespace base
