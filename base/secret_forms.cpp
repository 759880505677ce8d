#include "base/secret_forms.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>

#include "base/json.h"

namespace base {
namespace {

// A line of a longer secret that is shorter says nothing alone.
constexpr std::size_t kLineBytesMin = 8;
constexpr std::size_t kBase64BytesMin = 8;
constexpr std::size_t kBase64BytesMax = 64 * 1024;

void add(std::vector<std::string>& forms, std::string form) {
  if (form.empty() || forms.size() >= kFormsMax) return;
  if (std::ranges::find(forms, form) == forms.end()) forms.push_back(std::move(form));
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

enum class Hex : std::uint8_t { upper, lower };
enum class Blank : std::uint8_t { percent, plus };

std::string percent_encoded(std::string_view text, Hex hex, Blank blank) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c)) {
      out += c;
    } else if (c == ' ' && blank == Blank::plus) {
      out += '+';
    } else {
      out += hex == Hex::upper ? fmt::format("%{:02X}", byte) : fmt::format("%{:02x}", byte);
    }
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_code = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                         hex_digit(text[i + 2]) >= 0;
    if (is_code) {
      out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string json_escaped(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out.substr(1, out.size() - 2);
}

// As languages write JSON that keep to ASCII: "\u00e9", two units beyond the basic plane.
std::string ascii_escaped(std::string_view json) {
  std::string out;
  for (std::size_t i = 0; i < json.size();) {
    const auto lead = static_cast<unsigned char>(json[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (size == 1 || i + size > json.size()) {
      out += json[i++];
      continue;
    }
    std::uint32_t code = lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size; ++k) {
      code = code << 6U | (static_cast<unsigned char>(json[i + k]) & 0x3FU);
    }
    if (code < 0x10000) {
      out += fmt::format("\\u{:04x}", code);
    } else {
      code -= 0x10000;
      out += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (code >> 10U), 0xDC00 + (code & 0x3FFU));
    }
    i += size;
  }
  return out;
}

std::string base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// Nothing when it is none, or does not hold readable text.
std::string base64_decoded(std::string_view text) {
  if (text.size() < kBase64BytesMin || text.size() > kBase64BytesMax) return {};
  std::string padded(text);
  std::ranges::replace(padded, '-', '+');
  std::ranges::replace(padded, '_', '/');
  while (padded.size() % 4 != 0) padded += '=';
  std::string out(padded.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(padded.data()),
                                   static_cast<int>(padded.size()));
  if (size <= 0) return {};
  while (!out.empty() && out.back() == '\0') out.pop_back();
  const bool readable =
      std::ranges::none_of(out, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return readable ? out : std::string();
}

void add_written_forms(std::vector<std::string>& forms, std::string_view text) {
  add(forms, percent_encoded(text, Hex::upper, Blank::percent));
  add(forms, percent_encoded(text, Hex::lower, Blank::percent));
  add(forms, percent_encoded(text, Hex::upper, Blank::plus));
  const std::string escaped = json_escaped(text);
  add(forms, ascii_escaped(escaped));
  add(forms, escaped);
}

}  // namespace

std::vector<std::string> secret_forms(std::string_view secret) {
  std::vector<std::string> forms;
  add(forms, std::string(secret));
  if (secret.empty()) return forms;
  add_written_forms(forms, secret);
  if (secret.find('%') != std::string_view::npos) add(forms, percent_decoded(secret));
  const std::size_t colon = secret.find(':');
  if (colon != std::string_view::npos && secret.size() <= kBase64BytesMax &&
      secret.find_first_of(" \n") == std::string_view::npos) {
    add(forms, base64(secret));
    add(forms, base64(percent_decoded(secret)));
  }
  const std::string decoded = base64_decoded(secret);
  if (const std::size_t at = decoded.find(':'); at != std::string::npos) {
    add(forms, decoded);
    add(forms, decoded.substr(at + 1));
  }
  for (std::string_view rest = secret; rest.find('\n') != std::string_view::npos;) {
    rest.remove_prefix(rest.starts_with('\n') ? 1 : 0);
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() >= kLineBytesMin) add(forms, std::string(line));
    rest.remove_prefix(end);
  }
  return forms;
}

}  // namespace base
