// Hides secrets in texts that others wrote: what a server says on stderr may be its own token.
// Value.
//
// Hidden are the forms of each (secret_forms.h) from kSecretBytesMin on; those below
// kAnywhereBytesMin, and numbers, only where they stand alone: they would blank half of every
// sentence. Numbers below kNumberBytesMin are in every log and stay.
// A beginning of one from kBeginningBytesMin on is hidden at the end of a text and before "...",
// where it has been cut.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace base {

// What stands where a secret was.
inline constexpr std::string_view kMasked = "***";

class SecretMask {
 public:
  static constexpr std::size_t kSecretBytesMin = 4;
  static constexpr std::size_t kAnywhereBytesMin = 8;
  static constexpr std::size_t kNumberBytesMin = 6;
  static constexpr std::size_t kBeginningBytesMin = 6;

  // What is left of a secret whose beginning ended a line.
  struct Rest {
    std::string text;
  };

  SecretMask() = default;
  explicit SecretMask(const std::vector<std::string>& secrets);

  // `text` with every secret in it as kMasked. Cost: one search for each form.
  void apply(std::string& text) const;
  // The same for one line of several, where a secret may go over the end of a line. `rest` is empty
  // before the first one.
  void apply_line(std::string& line, Rest& rest) const;

  bool operator==(const SecretMask&) const = default;

 private:
  void mask_whole(std::string& text) const;
  std::string_view mask_end(std::string& text) const;
  void mask_before_dots(std::string& text) const;

  std::vector<std::string> secrets_;  // every form, the longest first
};

}  // namespace base
