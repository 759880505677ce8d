#include "proxy/config/disclosure.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include "base/secret_mask.h"
#include "proxy/config/expansion.h"
#include "proxy/config/harmless.h"

namespace proxy::config {
namespace {

Disclosure show(std::string_view text) {
  return {std::string(text), {}};
}

Disclosure hide(std::string_view text) {
  if (text.empty()) return {};
  return {std::string(base::kMasked), {std::string(text)}};
}

// `before` is shown, behind it stands `rest`.
Disclosure after(std::string_view before, Disclosure rest) {
  rest.shown.insert(0, before);
  return rest;
}

Disclosure disclose_plain(std::string_view text);

bool is_rooted(std::string_view path) {
  return path.starts_with('/') || path.starts_with("./") || path.starts_with("../") ||
         path.starts_with("~/");
}

// A path up to the first part that is not harmless.
Disclosure disclose_rooted(std::string_view path) {
  std::size_t begin = path.find('/') + 1;
  for (std::size_t end = 0; begin < path.size(); begin = end + 1) {
    end = std::min(path.find('/', begin), path.size());
    if (!is_plain_path(path.substr(0, end))) break;
  }
  Disclosure out = after(path.substr(0, begin), hide(path.substr(begin)));
  for (std::string_view rest = path.substr(begin); !rest.empty();) {
    const std::string_view part = rest.substr(0, rest.find('/'));
    if (!is_plain_name(part) && !part.empty()) out.hidden.emplace_back(part);
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
  }
  return out;
}

// "${NAME:-text}" and nothing beside it.
std::optional<Disclosure> disclose_fallback(std::string_view name, std::string_view text) {
  const std::size_t dash = text.find(":-");
  if (!text.starts_with("${") || dash == std::string_view::npos) return std::nullopt;
  if (text.find('}') != text.size() - 1) return std::nullopt;
  const std::string_view fallback = text.substr(dash + 2, text.size() - dash - 3);
  if (!is_reference(std::string(text.substr(0, dash)) + "}")) return std::nullopt;
  Disclosure out = disclose_value(name, fallback);
  out.shown = std::string(text.substr(0, dash + 2)) + out.shown + "}";
  return out;
}

bool is_ip4(std::string_view host) {
  return std::ranges::count(host, '.') == 3 && is_small_number(host);
}

// "john.doe:4711" is a user and a password.
bool is_domain(std::string_view host) {
  constexpr std::array<std::string_view, 18> kTops{
      "com",   "net", "org",  "dev",      "app",  "cloud", "info", "edu",  "gov",
      "local", "lan", "arpa", "internal", "corp", "svc",   "test", "home", "example"};
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos || !is_plain_name(host)) return false;
  const std::string_view top = host.substr(dot + 1);
  return top.size() == 2 || std::ranges::find(kTops, top) != kTops.end();
}

// "localhost:8080", "127.0.0.1:80", "db.example.com:5432".
bool is_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !is_small_number(text.substr(colon + 1))) return false;
  const std::string_view host = text.substr(0, colon);
  return host == "localhost" || is_ip4(host) || is_domain(host);
}

// "application/json, text/event-stream", "sse/http".
bool is_known_list(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("/,"), text.size());
    if (!is_known_word(text.substr(0, end))) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
    if (text.starts_with(' ')) text.remove_prefix(1);
  }
  return true;
}

bool is_harmless(std::string_view text) {
  return is_known_word(text) || is_small_number(text) || is_plain_path(text) ||
         is_certain_package(text) || is_host_and_port(text) || is_known_list(text);
}

// "NAME=value", "name=value".
std::optional<Disclosure> disclose_assignment(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  const std::string_view name = text.substr(0, equals);
  if (!is_usual_variable(name) && !is_everyday_word(name)) return std::nullopt;
  return after(text.substr(0, equals + 1), disclose_value(name, text.substr(equals + 1)));
}

Disclosure disclose_plain(std::string_view text) {
  if (text.empty() || is_reference(text)) return show(text);
  if (auto fallback = disclose_fallback("", text)) return *std::move(fallback);
  if (is_harmless(text)) return show(text);
  if (text.find("://") != std::string_view::npos) return disclose_url(text);
  if (auto assigned = disclose_assignment(text)) return *std::move(assigned);
  return is_rooted(text) ? disclose_rooted(text) : hide(text);
}

// --- arguments ---

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

bool runs_packages(std::string_view program) {
  constexpr std::array<std::string_view, 16> kRunners{
      "npx", "bunx", "pnpx", "npm",    "pnpm",   "yarn",    "bun",     "deno",
      "uvx", "uv",   "pipx", "docker", "podman", "nerdctl", "npx.cmd", "go"};
  return is_one_of(kRunners, program);
}

bool is_subcommand(std::string_view word) {
  constexpr std::array<std::string_view, 7> kWords{"run",  "exec",   "dlx",      "x",
                                                   "tool", "create", "container"};
  return is_one_of(kWords, word);
}

// Takes no value: what follows is no value of it.
bool is_flag(std::string_view option) {
  constexpr std::array<std::string_view, 28> kFlags{
      "-y",           "--yes",         "-i",      "-t",        "-it",         "-ti",
      "-d",           "--rm",          "--init",  "-q",        "--quiet",     "--silent",
      "--verbose",    "--debug",       "--stdio", "--offline", "--no-cache",  "--refresh",
      "--isolated",   "--interactive", "--tty",   "--detach",  "--read-only", "--readonly",
      "--privileged", "--prerelease",  "--",      "-"};
  return is_one_of(kFlags, option);
}

bool takes_package(std::string_view option) {
  constexpr std::array<std::string_view, 8> kOptions{"--from", "--with",   "--package", "-m",
                                                     "--spec", "--module", "--python",  "--image"};
  return is_one_of(kOptions, option);
}

// Of the programs that run packages: what follows is no package.
bool takes_value(std::string_view option) {
  constexpr std::array<std::string_view, 48> kOptions{"-u",
                                                      "--user",
                                                      "-w",
                                                      "--workdir",
                                                      "-p",
                                                      "--publish",
                                                      "--name",
                                                      "--network",
                                                      "--net",
                                                      "--platform",
                                                      "--memory",
                                                      "--cpus",
                                                      "--pull",
                                                      "--entrypoint",
                                                      "--add-host",
                                                      "--env-file",
                                                      "-l",
                                                      "--label",
                                                      "-h",
                                                      "--hostname",
                                                      "--gpus",
                                                      "--device",
                                                      "--dns",
                                                      "--ipc",
                                                      "--pid",
                                                      "--cap-add",
                                                      "--cap-drop",
                                                      "--tmpfs",
                                                      "--security-opt",
                                                      "--shm-size",
                                                      "--restart",
                                                      "--log-driver",
                                                      "--log-level",
                                                      "--loglevel",
                                                      "--registry",
                                                      "--cache",
                                                      "--prefix",
                                                      "--userconfig",
                                                      "--directory",
                                                      "--project",
                                                      "--index-url",
                                                      "--index",
                                                      "--cache-dir",
                                                      "--default-index",
                                                      "--extra-index-url",
                                                      "--group-add",
                                                      "--userns",
                                                      "--cidfile"};
  return is_one_of(kOptions, option);
}

bool takes_variable(std::string_view option) {
  return option == "-e" || option == "--env" || option == "--build-arg";
}

bool takes_header(std::string_view option) {
  return option == "-H" || option == "--header" || option == "--headers";
}

bool takes_mount(std::string_view option) {
  return option == "-v" || option == "--volume" || option == "--mount";
}

// "Authorization: Bearer ${TOKEN}" holds no secret; any other header may.
Disclosure disclose_header(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon != std::string_view::npos && is_plain_name(text.substr(0, colon))) {
    std::string_view value = text.substr(colon + 1);
    value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
    if (is_reference(value)) return show(text);
  }
  return is_reference(text) ? show(text) : hide(text);
}

// "/host:/container:ro", "volume:/container", "type=bind,src=/a,dst=/b".
Disclosure disclose_mount(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find_first_of(":,="), rest.size());
    const std::string_view part = rest.substr(0, end);
    if (!is_plain_path(part) && !is_plain_name(part) && !is_reference(part)) {
      return disclose_plain(text);
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return text.find('/') == std::string_view::npos ? disclose_plain(text) : show(text);
}

Disclosure disclose_option_value(std::string_view option, std::string_view value) {
  if (value.empty() || is_reference(value)) return show(value);
  if (takes_header(option)) return disclose_header(value);
  if (takes_variable(option) && is_usual_variable(value)) return show(value);
  if (takes_package(option) && is_package(value)) return show(value);
  if (takes_mount(option)) return disclose_mount(value);
  return disclose_value(option, value);
}

// One argument after the other; what one means is a matter of those before it.
class ArgumentReader {
 public:
  explicit ArgumentReader(std::string_view command)
      : package_is_due_(runs_packages(command.substr(command.rfind('/') + 1))) {}

  Disclosure next(std::string_view arg) {
    const std::string_view option = std::exchange(option_, {});
    if (is_option_name(arg)) {
      if (!is_flag(arg)) option_ = arg;
      return show(arg);
    }
    if (auto assigned = assigned_option(arg)) return *std::move(assigned);
    if (!option.empty()) {
      // Or the option is a flag and this was the package: what comes next is one no more.
      if (!wants_value(option)) package_is_due_ = false;
      return disclose_option_value(option, arg);
    }
    if (arg.starts_with('-')) return attached(arg);
    if (!package_is_due_ || is_subcommand(arg)) return disclose_plain(arg);
    package_is_due_ = false;
    return is_package(arg) ? show(arg) : disclose_plain(arg);
  }

 private:
  static bool wants_value(std::string_view option) {
    return takes_value(option) || takes_package(option) || takes_variable(option) ||
           takes_header(option) || takes_mount(option);
  }

  // "--name=value".
  static std::optional<Disclosure> assigned_option(std::string_view arg) {
    const std::size_t equals = arg.find('=');
    if (equals == std::string_view::npos || !is_option_name(arg.substr(0, equals))) {
      return std::nullopt;
    }
    return after(arg.substr(0, equals + 1),
                 disclose_option_value(arg.substr(0, equals), arg.substr(equals + 1)));
  }

  // "-pSECRET", or whatever it is.
  static Disclosure attached(std::string_view arg) {
    Disclosure out = hide(arg);
    if (arg.size() > 2) out.hidden.emplace_back(arg.substr(2));
    return out;
  }

  std::string_view option_;  // it wants a value
  bool package_is_due_;
};

}  // namespace

Disclosure disclose_value(std::string_view name, std::string_view value) {
  if (value.empty() || is_reference(value)) return show(value);
  if (auto fallback = disclose_fallback(name, value)) return *std::move(fallback);
  return names_secret(name) ? hide(value) : disclose_plain(value);
}

Disclosure disclose_path(std::string_view path) {
  if (is_plain_path(path) || is_plain_name(path)) return show(path);
  return disclose_plain(path);
}

Disclosure disclose_command(std::string_view command) {
  const std::size_t blank = command.find(' ');
  const std::string_view program = command.substr(0, blank);
  Disclosure out = disclose_path(program);
  if (blank == std::string_view::npos) return out;
  if (is_plain_path(command)) return show(command);
  std::vector<std::string> words;
  for (std::string_view rest = command.substr(blank + 1); !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    words.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  for (Disclosure& word : disclose_arguments(program, words)) {
    out.shown += " " + word.shown;
    std::ranges::move(word.hidden, std::back_inserter(out.hidden));
  }
  return out;
}

std::vector<Disclosure> disclose_arguments(std::string_view command,
                                           const std::vector<std::string>& args) {
  ArgumentReader reader(command);
  std::vector<Disclosure> out;
  out.reserve(args.size());
  for (const std::string& arg : args) out.push_back(reader.next(arg));
  return out;
}

}  // namespace proxy::config
