#include "proxy/config/harmless.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string>

#include "proxy/config/expansion.h"
#include "proxy/config/known_words.h"

namespace proxy::config {
namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kPartBytesMax = 24;  // "modelcontextprotocol" has 20
constexpr std::size_t kOptionBytesMax = 40;
constexpr std::size_t kOptionWordBytesMax = 16;
constexpr std::size_t kDigitsInRowMax = 5;
constexpr std::size_t kHexBytesMin = 8;
constexpr std::size_t kConsonantsInRowMax = 6;
constexpr std::size_t kCapitalsInRowMax = 8;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_letter(char c) {
  return is_lower(c) || is_upper(c);
}
char lowered(char c) {
  return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return lowered(c); });
  return out;
}

// Calls `holds` with every part between `separators`; whether it held for all. Empty parts fail.
template <class Holds>
bool all_parts(std::string_view text, std::string_view separators, Holds holds) {
  while (true) {
    const std::size_t end = std::min(text.find_first_of(separators), text.size());
    if (end == 0 || !holds(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_word_of_dictionary(std::string_view word) {
  return std::ranges::binary_search(kKnownWords, word);
}

// Two capital or small letters, or two digits: "zh-CN", "v2".
bool is_small_part(std::string_view part) {
  const bool version = part.size() <= 3 && part.front() == 'v' &&
                       std::ranges::all_of(part.substr(1), is_digit) && part.size() > 1;
  return version || (part.size() <= 2 && std::ranges::all_of(part, is_letter));
}

// "readOnly" as "read", "Only".
template <class Holds>
bool all_humps(std::string_view text, Holds holds) {
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= text.size(); ++i) {
    if (i < text.size() && !(is_upper(text[i]) && is_lower(text[i - 1]))) continue;
    if (!holds(text.substr(begin, i - begin))) return false;
    begin = i;
  }
  return true;
}

bool is_hexadecimal(std::string_view part) {
  const bool hex = std::ranges::all_of(
      part, [](char c) { return is_digit(c) || (lowered(c) >= 'a' && lowered(c) <= 'f'); });
  return hex && part.size() >= kHexBytesMin;
}

bool is_vowel(char c) {
  return std::string_view("aeiouy").find(lowered(c)) != std::string_view::npos;
}

// What is counted over the characters of one part.
struct Shape {
  std::size_t digits_in_row = 0;
  std::size_t consonants_in_row = 0;
  std::size_t capitals_in_row = 0;
  std::size_t kind_changes = 0;  // between letters and digits
  std::size_t humps = 0;
  bool has_vowel = false;
};

Shape shape_of(std::string_view part) {
  Shape shape;
  std::size_t digits = 0;
  std::size_t consonants = 0;
  std::size_t capitals = 0;
  for (std::size_t i = 0; i < part.size(); ++i) {
    const char c = part[i];
    digits = is_digit(c) ? digits + 1 : 0;
    consonants = is_letter(c) && !is_vowel(c) ? consonants + 1 : 0;
    capitals = is_upper(c) ? capitals + 1 : 0;
    shape.has_vowel = shape.has_vowel || is_vowel(c);
    shape.digits_in_row = std::max(shape.digits_in_row, digits);
    shape.consonants_in_row = std::max(shape.consonants_in_row, consonants);
    shape.capitals_in_row = std::max(shape.capitals_in_row, capitals);
    if (i == 0) continue;
    if (is_digit(c) != is_digit(part[i - 1])) ++shape.kind_changes;
    if (is_upper(c) && is_lower(part[i - 1])) ++shape.humps;
  }
  return shape;
}

bool is_plain_part(std::string_view part) {
  if (part.size() > kPartBytesMax || is_hexadecimal(part)) return false;
  if (!std::ranges::all_of(part, [](char c) { return is_digit(c) || is_letter(c); })) return false;
  const Shape shape = shape_of(part);
  const bool says_something = shape.has_vowel || part.size() <= 5 || shape.digits_in_row > 0;
  return says_something && shape.digits_in_row <= kDigitsInRowMax &&
         shape.consonants_in_row <= kConsonantsInRowMax &&
         shape.capitals_in_row <= kCapitalsInRowMax && shape.kind_changes <= 2 && shape.humps <= 2;
}

bool is_version(std::string_view text) {
  constexpr std::array<std::string_view, 7> kTags{"latest", "next",   "beta", "alpha",
                                                  "main",   "stable", "slim"};
  return std::ranges::find(kTags, text) != kTags.end() || is_small_number(text) ||
         all_parts(text, ".-", [](std::string_view part) {
           return is_small_number(part) || is_small_part(part) || is_word_of_dictionary(part);
         });
}

// Deno says where a package comes from: "jsr:@scope/name", "npm:name".
std::string_view without_registry(std::string_view text) {
  const bool is_said = text.starts_with("jsr:") || text.starts_with("npm:");
  return is_said ? text.substr(4) : text;
}

// Takes "@1.2", "==1.2", ":tag" and "[extra]" off the end; false when what stands there is no such.
bool take_version(std::string_view& text) {
  const std::size_t at = text.find_first_of("@:=<>~", 1);
  if (at != std::string_view::npos) {
    std::string_view version = text.substr(at);
    version.remove_prefix(std::min(version.find_first_not_of("@:=<>~^"), version.size()));
    if (!is_version(version)) return false;
    text = text.substr(0, at);
  }
  if (text.ends_with(']')) {
    const std::size_t open = text.find('[');
    if (open == std::string_view::npos) return false;
    const std::string_view extras = text.substr(open + 1, text.size() - open - 2);
    if (!all_parts(extras, ",", is_plain_name)) return false;
    text = text.substr(0, open);
  }
  return true;
}

bool has_drive(std::string_view text) {
  return text.size() > 2 && is_letter(text[0]) && text[1] == ':' &&
         (text[2] == '\\' || text[2] == '/');
}

bool is_plain_segment(std::string_view segment) {
  if (is_reference(segment) || segment == "." || segment == ".." || segment == "~") return true;
  if (segment.starts_with('.') || segment.starts_with('@')) segment.remove_prefix(1);
  return is_plain_name(segment);
}

bool has_known_ending(std::string_view name) {
  constexpr std::array<std::string_view, 25> kEndings{
      ".js",     ".mjs", ".cjs",  ".ts",  ".py",  ".rb",  ".jar", ".json", ".jsonl",
      ".yaml",   ".yml", ".toml", ".ini", ".sh",  ".md",  ".txt", ".html", ".db",
      ".sqlite", ".csv", ".exe",  ".go",  ".pem", ".crt", ".log"};
  return std::ranges::any_of(kEndings,
                             [&](std::string_view ending) { return name.ends_with(ending); });
}

// Of words that `knows` in small letters, and small parts between them.
template <class Knows>
bool is_made_of(std::string_view text, Knows knows) {
  if (text.empty() || text.size() > kNameBytesMax) return false;
  std::size_t letters = 0;
  const bool known = all_parts(text, "-_,.", [&](std::string_view part) {
    return all_humps(part, [&](std::string_view word) {
      if (knows(lowered(word))) {
        letters += word.size();
        return true;
      }
      return is_small_part(word);
    });
  });
  return known && (letters > 0 || text.size() <= 5);
}

}  // namespace

bool names_secret(std::string_view name) {
  constexpr std::array<std::string_view, 15> kWords{
      "key",    "token",  "secret",  "passw",     "passphrase", "credential",        "auth", "pwd",
      "cookie", "bearer", "session", "signature", "private",    "connection_string", "dsn"};
  constexpr std::array<std::string_view, 6> kWhole{"pass", "pin", "pat", "otp", "sig", "jwt"};
  const std::string lower = lowered(name);
  const auto is_in = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  if (std::ranges::any_of(kWords, is_in)) return true;
  std::string_view parts = lower;
  parts.remove_prefix(std::min(parts.find_first_not_of('-'), parts.size()));
  return !parts.empty() && !all_parts(parts, "-_", [&](std::string_view part) {
    return std::ranges::find(kWhole, part) == kWhole.end();
  });
}

bool is_known_word(std::string_view text) {
  return is_made_of(text, is_word_of_dictionary);
}

bool is_everyday_word(std::string_view text) {
  return is_made_of(text, [](std::string_view word) {
    return is_word_of_dictionary(word) || std::ranges::binary_search(kEverydayWords, word);
  });
}

bool is_small_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  constexpr std::array<std::string_view, 16> kUnits{"",   "s",  "ms", "m", "h", "d",  "k",  "kb",
                                                    "mb", "gb", "g",  "%", "b", "ki", "mi", "gi"};
  const std::size_t end = std::min(text.find_first_not_of("0123456789.:"), text.size());
  const std::string unit = lowered(text.substr(end));
  if (end == 0 || std::ranges::find(kUnits, unit) == kUnits.end()) return false;
  std::size_t parts = 0;
  return all_parts(text.substr(0, end), ".:", [&](std::string_view part) {
    return ++parts <= 4 && part.size() <= kDigitsInRowMax;
  });
}

bool is_option_name(std::string_view text) {
  if (text.size() > kOptionBytesMax || !text.starts_with('-')) return false;
  if (text == "-" || text == "--") return true;
  const bool is_long = text.starts_with("--");
  text.remove_prefix(is_long ? 2 : 1);
  if (!is_long) {
    const bool letters = text.size() <= 2 && std::ranges::all_of(text, is_letter);
    return letters || is_everyday_word(text);
  }
  return all_parts(text, "-_.", [](std::string_view part) {
    if (std::ranges::all_of(part, is_digit)) return part.size() <= 4;
    return part.size() <= kOptionWordBytesMax && is_plain_part(part);
  });
}

bool is_usual_variable(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax || !is_upper(text[0])) return false;
  if (text.find('_') == std::string_view::npos && text.size() > 12) return false;
  return all_parts(text, "_", [](std::string_view part) {
    const Shape shape = shape_of(part);
    return part.size() <= 16 && shape.digits_in_row <= 2 && shape.kind_changes <= 2 &&
           std::ranges::all_of(part, [](char c) { return is_upper(c) || is_digit(c); });
  });
}

bool is_plain_name(std::string_view text) {
  if (text.empty() || text.size() > kNameBytesMax) return false;
  std::size_t digits = 0;
  return all_parts(text, "-_.+ ", [&](std::string_view part) {
    digits += static_cast<std::size_t>(std::ranges::count_if(part, is_digit));
    return is_plain_part(part) && digits <= 8;
  });
}

bool is_package(std::string_view text) {
  text = without_registry(text);
  if (!take_version(text)) return false;
  if (text.starts_with('@')) text.remove_prefix(1);
  return std::ranges::count(text, '/') <= 5 && all_parts(text, "/", is_plain_name);
}

bool is_certain_package(std::string_view text) {
  if (!is_package(text)) return false;
  text = without_registry(text);
  if (text.starts_with('@')) return text.find('/') != std::string_view::npos;
  if (!take_version(text) || text.find_first_of("-_/") == std::string_view::npos) return false;
  return !all_parts(text, "-_/", [](std::string_view part) { return part != "mcp"; });
}

bool is_plain_path(std::string_view text) {
  constexpr std::string_view kSlashes = "/\\";
  if (text.size() > 1024) return false;
  const bool rooted = text.starts_with('/') || text.starts_with("./") || text.starts_with("../") ||
                      text.starts_with("~/") || text.starts_with("${") || has_drive(text);
  const std::size_t slash = text.find_first_of(kSlashes);
  if (!rooted && !has_known_ending(text)) return text == "." || text == ".." || text == "~";
  if (has_drive(text)) text.remove_prefix(2);
  if (slash == 0 || text.find_first_of(kSlashes) == 0) text.remove_prefix(1);
  if (!text.empty() && kSlashes.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return text.empty() || all_parts(text, kSlashes, is_plain_segment);
}

}  // namespace proxy::config
