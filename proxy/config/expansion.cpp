#include "proxy/config/expansion.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/file_system.h"

namespace proxy::config {
namespace {

struct Placeholder {
  std::string name;
  std::optional<std::string> fallback;
  std::size_t size = 0;  // bytes from "${" to "}"
};

bool is_name(std::string_view name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view kDigits = "0123456789";
  const auto is_letter = [&](char c) { return kLetters.find(c) != std::string_view::npos; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return is_letter(c) || kDigits.find(c) != std::string_view::npos;
         });
}

// REQUIRES: `text` begins with "${".
std::optional<Placeholder> placeholder_at(std::string_view text) {
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view inner = text.substr(2, end - 2);
  if (inner.starts_with("env:")) inner.remove_prefix(4);
  Placeholder out;
  out.size = end + 1;
  if (const std::size_t dash = inner.find(":-"); dash != std::string_view::npos) {
    out.fallback = inner.substr(dash + 2);
    inner = inner.substr(0, dash);
  }
  if (!is_name(inner)) return std::nullopt;
  out.name = inner;
  return out;
}

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

// The text of one field; what else came of it is told to `server`.
std::string take(ExpandedServer& server, Expanded result) {
  for (const std::string& name : result.unset) add_once(server.unset, name);
  std::ranges::move(result.inserted, std::back_inserter(server.inserted));
  return std::move(result.text);
}

std::map<std::string, std::string> take_all(ExpandedServer& server,
                                            const std::map<std::string, std::string>& values,
                                            const Environment& environment) {
  std::map<std::string, std::string> out;
  for (const auto& [key, value] : values)
    out.emplace(key, take(server, expand(value, environment)));
  return out;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe): never set
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Expanded expand(std::string_view text, const Environment& environment) {
  Expanded out;
  while (true) {
    const std::size_t at = text.find("${");
    out.text += text.substr(0, at);
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at);
    const std::optional<Placeholder> found = placeholder_at(text);
    if (!found) {
      out.text += text.substr(0, 2);
      text.remove_prefix(2);
      continue;
    }
    text.remove_prefix(found->size);
    if (found->fallback) out.inserted.emplace_back(found->name, *found->fallback);
    if (const std::optional<std::string> value = environment(found->name)) {
      out.text += *value;
      out.inserted.emplace_back(found->name, *value);
    } else if (found->fallback) {
      out.text += *found->fallback;
    } else {
      add_once(out.unset, found->name);
    }
  }
}

Expanded expand_path(std::string_view path, const Environment& environment) {
  if (path != "~" && !path.starts_with("~/")) return expand(path, environment);
  Expanded out = expand(path.substr(1), environment);
  if (const std::optional<std::string> home = environment("HOME")) {
    out.text.insert(0, *home);
  } else {
    out.unset.insert(out.unset.begin(), "HOME");
  }
  return out;
}

Expanded expand_path_in(const std::string& file, std::string_view path,
                        const Environment& environment) {
  Expanded out = expand_path(path, environment);
  if (out.unset.empty() && !out.text.starts_with('/')) {
    out.text.insert(0, base::parent_dir(file) + "/");
  }
  return out;
}

ExpandedServer expand_server(const ServerConfig& server, const Environment& environment) {
  ExpandedServer out;
  out.command = take(out, expand_path(server.command, environment));
  for (const std::string& arg : server.args)
    out.args.push_back(take(out, expand(arg, environment)));
  out.env = take_all(out, server.env, environment);
  out.working_dir = take(out, expand_path(server.working_dir, environment));
  out.url = take(out, expand(server.url, environment));
  out.headers = take_all(out, server.headers, environment);
  out.ca_file = take(out, expand_path(server.ca_file, environment));
  if (server.oauth) {
    out.oauth_client_id = take(out, expand(server.oauth->client_id, environment));
    out.oauth_client_secret = take(out, expand(server.oauth->client_secret, environment));
  }
  return out;
}

bool is_reference(std::string_view value) {
  constexpr std::array<std::string_view, 4> kSchemes{"Bearer ", "bearer ", "Token ", "token "};
  for (const std::string_view scheme : kSchemes) {
    if (value.starts_with(scheme)) value.remove_prefix(scheme.size());
  }
  if (!value.starts_with("${")) return false;
  const std::optional<Placeholder> found = placeholder_at(value);
  return found && !found->fallback && found->size == value.size();
}

}  // namespace proxy::config
