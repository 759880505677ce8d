#include "proxy/config/secret_texts.h"

#include <algorithm>
#include <string_view>

#include "proxy/config/redaction.h"

namespace proxy::config {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kPlainWordBytesMax = 16;

bool is_lower(char c) {
  return (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.' || c == ',';
}
bool is_number(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-';
}

bool looks_harmless(std::string_view value) {
  const bool is_path = value.starts_with('/') || value.starts_with("./") ||
                       value.starts_with("../") || value.starts_with("~/");
  const bool is_address = value.find("://") != std::string_view::npos &&
                          value.find('@') == std::string_view::npos &&
                          value.find('?') == std::string_view::npos;
  return is_path || is_address || std::ranges::all_of(value, is_number) ||
         (value.size() <= kPlainWordBytesMax && std::ranges::all_of(value, is_lower));
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Whole, and what stands behind a word such as "Bearer": a server may say the one or the other.
void add(Texts& texts, std::string_view value) {
  texts.emplace_back(value);
  const std::size_t space = value.find(' ');
  if (space == std::string_view::npos) return;
  if (!std::ranges::all_of(value.substr(0, space), is_letter)) return;
  add(texts, value.substr(space + 1));
}

void add_values(Texts& texts, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    if (names_secret(name) || !looks_harmless(value)) add(texts, value);
  }
}

// Arguments that are not shown, and those whose references stand for what looks like a secret:
// "--key=VALUE", or all of it.
void add_hidden_args(Texts& texts, const Texts& written, const Texts& used) {
  ServerConfig alone;
  alone.args = written;
  const Texts shown = redacted(std::move(alone)).args;
  for (std::size_t i = 0; i < written.size() && i < used.size(); ++i) {
    const std::string_view text = used[i];
    const bool is_option = text.starts_with('-');
    const std::size_t equals = is_option ? text.find('=') : std::string_view::npos;
    const bool has_name = equals != std::string_view::npos;
    const std::string_view value = has_name ? text.substr(equals + 1) : text;
    const bool is_named = has_name && names_secret(text.substr(0, equals));
    const bool follows_name =
        !is_option && i > 0 && written[i - 1].starts_with('-') && names_secret(written[i - 1]);
    const bool is_expanded = used[i] != written[i] && !looks_harmless(value);
    if (shown[i] != written[i] || is_named || follows_name || is_expanded) add(texts, value);
  }
}

}  // namespace

Texts secret_texts(const ServerConfig& server, const ExpandedServer& used,
                   const std::map<std::string, std::string>& custom_vars) {
  Texts texts;
  add_values(texts, used.env);
  add_values(texts, used.headers);
  add_values(texts, custom_vars);
  add_hidden_args(texts, server.args, used.args);
  if (!used.oauth_client_secret.empty()) add(texts, used.oauth_client_secret);
  return texts;
}

}  // namespace proxy::config
