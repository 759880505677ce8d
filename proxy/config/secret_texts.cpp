#include "proxy/config/secret_texts.h"

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <string_view>

#include "base/json.h"
#include "proxy/config/disclosure.h"
#include "proxy/config/harmless.h"
#include "proxy/config/redaction.h"

namespace proxy::config {
namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kPartsMax = 64;  // of one text
constexpr std::size_t kPartBytesMin = 4;
constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kNameEnds = ":=";
constexpr std::string_view kSentenceSigns = ".,:!?";
constexpr std::string_view kQuotes = "'\"";
constexpr std::string_view kDividers = "=:;,&?#@|<>(){}[]\"'`";

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool everybody_says(std::string_view text) {
  return is_everyday_word(text) || is_small_number(text) || is_reference(text);
}

// What commands are made of.
bool is_path_or_option(std::string_view word) {
  return is_plain_path(word) || is_option_name(word);
}

bool is_plain_word(std::string_view word) {
  if (!word.empty() && kSentenceSigns.find(word.back()) != std::string_view::npos) {
    word.remove_suffix(1);
  }
  return std::ranges::all_of(word, is_letter) || is_usual_variable(word) || is_path_or_option(word);
}

// Several plain words.
bool is_sentence(std::string_view text) {
  if (text.find(' ') == std::string_view::npos) return false;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (!is_plain_word(word)) return false;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return true;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) + 1 - begin);
}

class Collector {
 public:
  // Names of servers and groups are no secrets, whatever else reads like them.
  void allow(const ServerConfig& server) {
    names_.insert(server.name);
    names_.insert(server.groups.begin(), server.groups.end());
  }

  void add_all(const Texts& hidden) {
    for (const std::string& text : hidden) add(text);
  }

  // Whole; what stands behind a name or a word such as "Bearer", in quotes, in JSON, and between
  // signs.
  void add(std::string_view text) {
    add_one(text);
    add_behind_word(trimmed(text));
    for (const char sign : kNameEnds) add_behind_sign(text, sign);
    for (const char quote : kQuotes) add_quoted(text, quote);
    add_json(trimmed(text));
    std::size_t parts = 0;
    bool is_value = false;
    for (std::string_view rest = text; !rest.empty() && parts < kPartsMax; ++parts) {
      const std::size_t end = std::min(rest.find_first_of(kDividers), rest.size());
      const std::string_view part = trimmed(rest.substr(0, end));
      const bool is_name = end < rest.size() && (rest[end] == '=' || rest[end] == '}');
      if (!is_name || !is_usual_variable(part)) add_part(part, is_value);
      is_value = end < rest.size() && rest[end] == '=';
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }

  Texts take() && { return std::move(texts_); }

 private:
  void add_one(std::string_view text) {
    if (text.size() < kPartBytesMin || everybody_says(text) || names_.contains(text)) return;
    if (std::ranges::find(texts_, text) == texts_.end()) texts_.emplace_back(text);
  }

  void add_behind_word(std::string_view text) {
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return;
    if (!std::ranges::all_of(text.substr(0, space), is_letter)) return;
    if (is_everyday_word(text.substr(0, space))) add_one(trimmed(text.substr(space)));
  }

  void add_behind_sign(std::string_view text, char sign) {
    const std::size_t at = text.find(sign);
    if (at == std::string_view::npos || text.substr(0, at).find(' ') != std::string_view::npos)
      return;
    const std::string_view value = trimmed(text.substr(at + 1));
    add_one(value);
    add_behind_word(value);
  }

  void add_quoted(std::string_view text, char quote) {
    bool inside = false;
    bool is_value = false;  // what stands before the quote ends with it: NAME='x', -p'x'
    for (std::size_t parts = 0; !text.empty() && parts < kPartsMax; ++parts) {
      const std::size_t end = std::min(text.find(quote), text.size());
      const std::string_view part = text.substr(0, end);
      const bool is_said = is_sentence(part) || is_path_or_option(part);
      if (inside && (is_value || !is_said)) add_one(part);
      is_value = end > 0 && kBlanks.find(text[end - 1]) == std::string_view::npos;
      inside = !inside;
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void add_json(std::string_view text) {
    if (!text.starts_with('{') && !text.starts_with('[')) return;
    if (const auto document = base::parse_document(text)) add_strings(*document);
  }

  void add_strings(const rapidjson::Value& value) {
    if (value.IsString()) {
      add_one(base::json_text(value));
      add_behind_word(base::json_text(value));
    } else if (value.IsObject()) {
      for (const auto& member : value.GetObject()) add_strings(member.value);
    } else if (value.IsArray()) {
      for (const auto& item : value.GetArray()) add_strings(item);
    }
  }

  // A sentence, as scripts print them, is no secret unless it is the value of a name; nor are its
  // words. What is none is.
  void add_part(std::string_view part, bool is_value) {
    if (is_value || !(is_sentence(part) || is_path_or_option(part))) add_one(part);
    add_behind_word(part);
    if (part.find(' ') == std::string_view::npos) return;
    while (!part.empty()) {
      const std::string_view word = part.substr(0, part.find(' '));
      if (!is_plain_word(word)) add_one(word);
      part.remove_prefix(std::min(word.size() + 1, part.size()));
    }
  }

  Texts texts_;
  std::set<std::string, std::less<>> names_;
};

// `server` with what its references stand for.
ServerConfig as_used(const ServerConfig& server, const ExpandedServer& used) {
  ServerConfig out = server;
  out.command = used.command;
  out.args = used.args;
  out.env = used.env;
  out.working_dir = used.working_dir;
  out.url = used.url;
  out.headers = used.headers;
  out.ca_file = used.ca_file;
  if (out.oauth) out.oauth->client_secret = used.oauth_client_secret;
  return out;
}

void collect(Collector& texts, const ServerConfig& server, const ExpandedServer& used) {
  texts.add_all(hidden_in(server));
  if (used.inserted.empty()) return;  // it is used as it is written
  texts.add_all(hidden_in(as_used(server, used)));
  for (const auto& [name, value] : used.inserted) texts.add_all(disclose_value(name, value).hidden);
}

// Where programs, homes, languages, certificates and proxies are.
bool is_standard_variable(std::string_view name) {
  constexpr std::array<std::string_view, 36> kNames{"PATH",
                                                    "HOME",
                                                    "USER",
                                                    "LOGNAME",
                                                    "SHELL",
                                                    "PWD",
                                                    "SHLVL",
                                                    "LANG",
                                                    "LANGUAGE",
                                                    "TZ",
                                                    "TMPDIR",
                                                    "TMP",
                                                    "TEMP",
                                                    "TERM",
                                                    "HOSTNAME",
                                                    "DISPLAY",
                                                    "EDITOR",
                                                    "WAYLAND_DISPLAY",
                                                    "DBUS_SESSION_BUS_ADDRESS",
                                                    "SSL_CERT_FILE",
                                                    "SSL_CERT_DIR",
                                                    "NODE_EXTRA_CA_CERTS",
                                                    "REQUESTS_CA_BUNDLE",
                                                    "HTTP_PROXY",
                                                    "HTTPS_PROXY",
                                                    "NO_PROXY",
                                                    "ALL_PROXY",
                                                    "http_proxy",
                                                    "https_proxy",
                                                    "no_proxy",
                                                    "all_proxy",
                                                    "DOCKER_HOST",
                                                    "DOCKER_CONTEXT",
                                                    "DOCKER_CONFIG",
                                                    "NVM_DIR",
                                                    "NODE_ENV"};
  return name.starts_with("LC_") || name.starts_with("XDG_") ||
         std::ranges::find(kNames, name) != kNames.end();
}

bool is_path_list(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(':'), text.size());
    if (end > 0 && !is_plain_path(text.substr(0, end))) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

Texts hidden_in_inherited(std::string_view name, std::string_view value) {
  if (is_standard_variable(name)) {
    const bool may_hold_password = value.find('@') != std::string_view::npos;
    const bool is_url = value.find("://") != std::string_view::npos;
    return may_hold_password && is_url ? disclose_url(value).hidden : Texts{};
  }
  return is_path_list(value) ? Texts{} : disclose_value(name, value).hidden;
}

}  // namespace

Texts secret_texts(const ServerConfig& server, const ExpandedServer& used,
                   const std::map<std::string, std::string>& custom_vars,
                   const std::map<std::string, std::string>& inherited) {
  Collector texts;
  texts.allow(server);
  collect(texts, server, used);
  for (const auto& [name, value] : custom_vars) texts.add_all(disclose_value(name, value).hidden);
  for (const auto& [name, value] : inherited) texts.add_all(hidden_in_inherited(name, value));
  return std::move(texts).take();
}

Texts secret_texts(const Config& config, const Environment& environment) {
  Collector texts;
  for (const ServerConfig& server : config.servers) texts.allow(server);
  texts.add_all(hidden_in_settings(config));
  for (const std::string& name : config.environment.allowed_system_vars) {
    if (const auto value = environment(name)) texts.add_all(hidden_in_inherited(name, *value));
  }
  for (const ServerConfig& server : config.servers) {
    collect(texts, server, expand_server(server, environment));
  }
  return std::move(texts).take();
}

}  // namespace proxy::config
