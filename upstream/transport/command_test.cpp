// The pure parts around a command: environment, package runners, preflight.
#include <catch2/catch.hpp>

#include "upstream/transport/environment.h"
#include "upstream/transport/package_runner.h"
#include "upstream/transport/preflight.h"

namespace upstream {
namespace {

using Words = std::vector<std::string>;

TEST_CASE("a child inherits what is safe and no credential", "[transport]") {
  const Words daemon{"HOME=/h", "PATH=/bin",        "LC_TIME=C", "AWS_SECRET_ACCESS_KEY=x",
                     "broken",  "GITHUB_TOKEN=abc", "=odd",      "EMPTY="};
  CHECK(child_environment(daemon, {}, {{"KEY", "v=1"}, {"HOME", "/own"}}) ==
        Words{"HOME=/own", "KEY=v=1", "LC_TIME=C", "PATH=/bin"});
  EnvironmentRules rules;
  rules.allowed = {"GITHUB_*", "EMPTY"};
  rules.custom = {{"A", "1"}, {"PATH", "/custom"}};
  rules.path = "/completed";
  CHECK(child_environment(daemon, rules, {}) ==
        Words{"A=1", "EMPTY=", "GITHUB_TOKEN=abc", "PATH=/custom"});
  rules = {};
  rules.inherit_system_safe = false;
  rules.path = "/completed";
  CHECK(child_environment(daemon, rules, {}) == Words{"PATH=/completed"});
}

TEST_CASE("a variable is found by its whole name", "[transport]") {
  const Words environment{"PATHX=1", "PATH=/a", "P"};
  CHECK(find_variable(environment, "PATH") == "/a");
  CHECK(find_variable(environment, "P").empty());
}

TEST_CASE("package runners are recognised by the command, not by its path", "[transport]") {
  CHECK(package_runner_of("npx", Words{"-y", "x"}) == PackageRunner::npx);
  CHECK(package_runner_of("/opt/node/bin/npx", {}) == PackageRunner::npx);
  CHECK(package_runner_of("npm", Words{"exec", "x"}) == PackageRunner::npx);
  CHECK(package_runner_of("uvx", {}) == PackageRunner::uvx);
  CHECK(package_runner_of("uv", Words{"tool", "run", "x"}) == PackageRunner::uvx);
  CHECK(package_runner_of("pipx", Words{"run", "x"}) == PackageRunner::pipx);
  CHECK(package_runner_of("docker", Words{"run", "x"}) == PackageRunner::docker);
  CHECK(package_runner_of("npm", Words{"start"}) == std::nullopt);
  CHECK(package_runner_of("uv", Words{"run", "x"}) == std::nullopt);
  CHECK(package_runner_of("/npx/server", {}) == std::nullopt);
}

TEST_CASE("docker run is told to remove the container and whose it is", "[transport]") {
  const auto rewritten = [](Words args) {
    return with_container_cleanup("/usr/bin/docker", std::move(args), "d1");
  };
  const std::string label = "mcptrunk.data_dir=d1";
  CHECK(rewritten({"run", "-i", "image", "--rm"}) ==
        Words{"run", "--rm", "--label", label, "-i", "image", "--rm"});
  CHECK(rewritten({"run", "-i", "--rm", "image"}) ==
        Words{"run", "--label", label, "-i", "--rm", "image"});
  CHECK(rewritten({"run", "-it", "-e", "--rm", "image"}) ==
        Words{"run", "--rm", "--label", label, "-it", "-e", "--rm", "image"});
  CHECK(rewritten({"run", "-eNAME", "--rm=false", "image"}) ==
        Words{"run", "--label", label, "-eNAME", "--rm=false", "image"});
  CHECK(rewritten({"run", "--name", "n", "--restart", "always", "image"}) ==
        Words{"run", "--label", label, "--name", "n", "--restart", "always", "image"});
  CHECK(rewritten({"container", "run", "image"}) ==
        Words{"container", "run", "--rm", "--label", label, "image"});
  CHECK(rewritten({"exec", "-i", "c", "x"}) == Words{"exec", "-i", "c", "x"});
  CHECK(with_container_cleanup("npx", {"run", "x"}, "d1") == Words{"run", "x"});
}

std::optional<PreflightReason> reason(const std::string& command, const std::string& path,
                                      const std::string& working_dir = "") {
  const auto problem = preflight({"s", command, {}, {"PATH=" + path}, working_dir});
  if (!problem) return std::nullopt;
  CHECK(!problem->message.empty());
  CHECK(!problem->remedy.empty());
  return problem->reason;
}

TEST_CASE("preflight finds what is missing before anything is spawned", "[transport]") {
  CHECK(reason("sh", "/nowhere:/usr/bin:/bin") == std::nullopt);
  CHECK(reason("sh", "/nowhere") == PreflightReason::command_missing);
  CHECK(reason("sh", "") == std::nullopt);  // as exec does: the system's default path
  CHECK(reason("/bin/sh", "/nowhere") == std::nullopt);
  CHECK(reason("/bin/no-such", "/bin") == PreflightReason::command_missing);
  CHECK(reason("/etc/passwd", "/bin") == PreflightReason::command_not_executable);
  CHECK(reason("passwd", "/etc") == PreflightReason::command_not_executable);
  CHECK(reason("/bin", "/bin") == PreflightReason::command_not_executable);
  CHECK(reason("sh", "/bin", "/nowhere") == PreflightReason::working_dir_missing);
  CHECK(reason("sh", "/bin", "/etc/passwd") == PreflightReason::working_dir_missing);
  CHECK(reason("./sh", "/nowhere", "/bin") == std::nullopt);
  CHECK(reason("./sh", "/nowhere", "/etc") == PreflightReason::command_missing);
}

}  // namespace
}  // namespace upstream
