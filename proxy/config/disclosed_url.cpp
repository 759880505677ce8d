// The part of disclosure.h that reads addresses.
#include <algorithm>
#include <array>
#include <utility>

#include "base/secret_mask.h"
#include "proxy/config/disclosure.h"
#include "proxy/config/expansion.h"
#include "proxy/config/harmless.h"

namespace proxy::config {
namespace {

constexpr std::size_t kQueryNameBytesMax = 32;

bool is_known_scheme(std::string_view scheme) {
  constexpr std::array<std::string_view, 30> kSchemes{
      "ftp",    "ftps",    "sftp",    "file",        "http",      "https",
      "ws",     "wss",     "redis",   "rediss",      "postgres",  "postgresql",
      "mysql",  "mariadb", "mongodb", "mongodb+srv", "amqp",      "amqps",
      "nats",   "kafka",   "mqtt",    "bolt",        "neo4j",     "clickhouse",
      "socks5", "socks5h", "tcp",     "sse",         "git+https", "ldap"};
  return std::ranges::find(kSchemes, scheme) != kSchemes.end();
}

bool is_code_host(std::string_view host) {
  constexpr std::array<std::string_view, 4> kHosts{"github.com", "gitlab.com", "codeberg.org",
                                                   "bitbucket.org"};
  return std::ranges::find(kHosts, host) != kHosts.end();
}

class UrlReader {
 public:
  explicit UrlReader(std::string_view scheme) { out_.shown = std::string(scheme) + "://"; }

  Disclosure read(std::string_view rest) {
    const std::size_t end = std::min(rest.find_first_of("/?#"), rest.size());
    std::string_view authority = rest.substr(0, end);
    if (has_stray_at(rest.substr(end)) || !is_authority(authority)) {
      hide(rest);
      return std::move(out_);
    }
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
      user_info(authority.substr(0, at));
      authority.remove_prefix(at + 1);
    }
    hosts(authority);
    rest.remove_prefix(end);
    const std::size_t hash = std::min(rest.find('#'), rest.size());
    const std::size_t question = std::min(rest.find('?'), hash);
    path(rest.substr(0, question), is_code_host(authority));
    if (question < hash) query(rest.substr(question + 1, hash - question - 1));
    if (hash < rest.size()) {
      out_.shown += '#';
      hide(rest.substr(hash + 1));
    }
    return std::move(out_);
  }

 private:
  void hide(std::string_view text) {
    if (text.empty()) return;
    out_.shown += base::kMasked;
    out_.hidden.emplace_back(text);
  }

  void value(std::string_view text) {
    if (is_reference(text)) {
      out_.shown += text;
    } else {
      hide(text);
    }
  }

  // A '@' that begins no scope: a password with a slash has ended the authority too early.
  static bool has_stray_at(std::string_view behind) {
    for (std::size_t at = behind.find('@'); at != std::string_view::npos;
         at = behind.find('@', at + 1)) {
      if (behind[at - 1] != '/') return true;
    }
    return false;
  }

  // Whether what stands behind the last '@' can be hosts and ports.
  static bool is_authority(std::string_view authority) {
    const std::string_view hosts = authority.substr(authority.rfind('@') + 1);
    if (is_reference(hosts)) return true;
    return std::ranges::all_of(hosts, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             std::string_view(".-_:,[]${}").find(c) != std::string_view::npos;
    });
  }

  void user_info(std::string_view text) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const std::string_view user = text.substr(0, colon);
    const std::string_view password = text.substr(std::min(colon + 1, text.size()));
    const bool references =
        (user.empty() || is_reference(user)) && (password.empty() || is_reference(password));
    if (references) {
      out_.shown += text;
    } else {
      hide(text);
      if (!password.empty() && !is_reference(password)) out_.hidden.emplace_back(password);
    }
    out_.shown += '@';
  }

  // A token may stand as a name below a domain.
  void hosts(std::string_view text) {
    if (is_reference(text) || text.starts_with('[')) {
      out_.shown += text;
      return;
    }
    while (true) {
      const std::size_t end = std::min(text.find_first_of(".:,"), text.size());
      const std::string_view label = text.substr(0, end);
      if (label.empty() || is_reference(label) || is_plain_name(label)) {
        out_.shown += label;
      } else {
        hide(label);
      }
      if (end == text.size()) return;
      out_.shown += text[end];
      text.remove_prefix(end + 1);
    }
  }

  static bool is_harmless_segment(std::string_view segment, std::string_view before, bool is_code) {
    if (segment.empty() || is_reference(segment) || is_known_word(segment)) return true;
    if (is_small_number(segment) || is_certain_package(segment)) return true;
    const bool of_scope = before.starts_with('@') || segment.starts_with('@') || is_code;
    if (segment.starts_with('@')) segment.remove_prefix(1);
    return of_scope && is_plain_name(segment);
  }

  // All that is left, and each segment of it: a server may say one alone.
  void hide_path(std::string_view text) {
    hide(text);
    while (!text.empty()) {
      const std::string_view segment = text.substr(0, text.find('/'));
      if (!is_harmless_segment(segment, {}, false)) out_.hidden.emplace_back(segment);
      text.remove_prefix(std::min(segment.size() + 1, text.size()));
    }
  }

  void path(std::string_view text, bool is_code) {
    std::string_view before;
    while (!text.empty()) {
      out_.shown += '/';
      text.remove_prefix(1);
      const std::string_view segment = text.substr(0, text.find('/'));
      if (!is_harmless_segment(segment, before, is_code)) return hide_path(text);
      out_.shown += segment;
      text.remove_prefix(segment.size());
      before = segment;
    }
  }

  void query(std::string_view text) {
    char sign = '?';
    while (!text.empty()) {
      const std::string_view item = text.substr(0, text.find('&'));
      text.remove_prefix(std::min(item.size() + 1, text.size()));
      out_.shown += std::exchange(sign, '&');
      const std::size_t equals = item.find('=');
      const std::string_view name = item.substr(0, equals);
      if (equals == std::string_view::npos || name.size() > kQueryNameBytesMax ||
          !is_plain_name(name)) {
        hide(item);
        continue;
      }
      out_.shown += name;
      out_.shown += '=';
      value(item.substr(equals + 1));
    }
  }

  Disclosure out_;
};

}  // namespace

Disclosure disclose_url(std::string_view url) {
  if (url.empty() || is_reference(url)) return {std::string(url), {}};
  const std::size_t end = url.find("://");
  if (end == std::string_view::npos || !is_known_scheme(url.substr(0, end))) {
    return {std::string(base::kMasked), {std::string(url)}};
  }
  return UrlReader(url.substr(0, end)).read(url.substr(end + 3));
}

}  // namespace proxy::config
