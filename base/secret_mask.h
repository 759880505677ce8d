// Hides secrets in texts that others wrote: what a server says on stderr may be its own token.
// Value.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace base {

// What stands where a secret was.
inline constexpr std::string_view kMasked = "***";

class SecretMask {
 public:
  // Shorter ones would hide half of every sentence.
  static constexpr std::size_t kSecretBytesMin = 6;

  SecretMask() = default;
  explicit SecretMask(std::vector<std::string> secrets) : secrets_(std::move(secrets)) {
    std::erase_if(secrets_, [](const std::string& text) { return text.size() < kSecretBytesMin; });
    // One may be a part of another.
    std::ranges::sort(secrets_, std::ranges::greater{}, &std::string::size);
  }

  // `text` with every secret in it as kMasked. Cost: one search for each.
  void apply(std::string& text) const {
    for (const std::string& secret : secrets_) {
      for (std::size_t at = text.find(secret); at != std::string::npos;
           at = text.find(secret, at + kMasked.size())) {
        text.replace(at, secret.size(), kMasked);
      }
    }
  }
  bool operator==(const SecretMask&) const = default;

 private:
  std::vector<std::string> secrets_;  // the longest first
};

}  // namespace base
