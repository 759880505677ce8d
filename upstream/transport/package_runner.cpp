#include "upstream/transport/package_runner.h"

namespace upstream {
namespace {

std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool starts_with_words(std::span<const std::string> args,
                       std::initializer_list<std::string_view> words) {
  return args.size() >= words.size() && std::equal(words.begin(), words.end(), args.begin());
}

// Options of `docker run` that take no value; all others do, in the same or in the next argument.
constexpr std::array<std::string_view, 14> kFlags{"--detach",
                                                  "--disable-content-trust",
                                                  "--help",
                                                  "--init",
                                                  "--interactive",
                                                  "--no-healthcheck",
                                                  "--oom-kill-disable",
                                                  "--privileged",
                                                  "--publish-all",
                                                  "--quiet",
                                                  "--read-only",
                                                  "--rm",
                                                  "--sig-proxy",
                                                  "--tty"};
constexpr std::string_view kShortFlags = "diPqt";

bool takes_next_argument(std::string_view option) {
  if (option.find('=') != std::string_view::npos) return false;
  if (option.starts_with("--")) {
    return std::find(kFlags.begin(), kFlags.end(), option) == kFlags.end();
  }
  // "-it" are flags; "-e" wants a value; "-eNAME" has it.
  const std::size_t first_with_value = option.find_first_not_of(kShortFlags, 1);
  return first_with_value == option.size() - 1;
}

// The index after `run` or `container run`, or nothing.
std::optional<std::size_t> run_options_start(std::span<const std::string> args) {
  if (starts_with_words(args, {"run"})) return 1;
  if (starts_with_words(args, {"container", "run"})) return 2;
  return std::nullopt;
}

}  // namespace

std::string_view to_string(PackageRunner runner) {
  switch (runner) {
    case PackageRunner::npx:
      return "npx";
    case PackageRunner::uvx:
      return "uvx";
    case PackageRunner::pipx:
      return "pipx";
    case PackageRunner::docker:
      return "docker";
  }
  return "";
}

std::optional<PackageRunner> package_runner_of(std::string_view command,
                                               std::span<const std::string> args) {
  const std::string_view name = last_part(command);
  if (name == "npx" || name == "bunx" || name == "pnpx") return PackageRunner::npx;
  if (name == "uvx") return PackageRunner::uvx;
  if (name == "pipx") return PackageRunner::pipx;
  if (name == "docker") return PackageRunner::docker;
  if (name == "npm" && (starts_with_words(args, {"exec"}) || starts_with_words(args, {"x"}))) {
    return PackageRunner::npx;
  }
  if ((name == "pnpm" || name == "yarn") && starts_with_words(args, {"dlx"})) {
    return PackageRunner::npx;
  }
  if (name == "uv" && starts_with_words(args, {"tool", "run"})) return PackageRunner::uvx;
  return std::nullopt;
}

std::vector<std::string> with_container_cleanup(std::string_view command,
                                                std::vector<std::string> args,
                                                std::string_view owner) {
  const auto start = run_options_start(args);
  if (last_part(command) != "docker" || !start) return args;
  bool user_decided = false;
  for (std::size_t i = *start; i < args.size() && args[i].size() > 1 && args[i][0] == '-'; ++i) {
    const std::string_view option = args[i];
    if (option == "--") break;
    user_decided = user_decided || option.starts_with("--rm") || option.starts_with("--restart");
    if (takes_next_argument(option)) ++i;
  }
  std::vector<std::string> added;
  if (!user_decided) added.emplace_back("--rm");
  added.emplace_back("--label");
  added.push_back(std::string(kContainerLabel) + "=" + std::string(owner));
  args.insert(args.begin() + static_cast<std::ptrdiff_t>(*start), added.begin(), added.end());
  return args;
}

}  // namespace upstream
