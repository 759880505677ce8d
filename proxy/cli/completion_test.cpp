#include "proxy/cli/completion.h"

#include <catch2/catch.hpp>

#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

// The words offered, without what is said about them.
std::string offered(Shell& shell, std::vector<std::string> words, bool with_daemon = true) {
  words.insert(words.begin(), "__complete");
  CHECK(shell.run(words, with_daemon) == 0);
  CHECK(shell.console.complained.empty());
  std::string out;
  std::string_view rest = shell.console.printed;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    out += (out.empty() ? "" : " ") + std::string(line.substr(0, line.find('\t')));
  }
  return out;
}

TEST_CASE("commands complete, level by level", "[completion]") {
  Shell shell;
  CHECK(offered(shell, {"se"}) == "serve servers");
  CHECK(offered(shell, {"groups", "re"}) == "remove rename restart");
  CHECK(offered(shell, {"groups", "nonsense", ""}).empty());
  CHECK(offered(shell, {""}).find("doctor") != std::string::npos);
  CHECK(offered(shell, {}).find("doctor") != std::string::npos);
}

TEST_CASE("options complete, those of all commands too", "[completion]") {
  Shell shell;
  CHECK(offered(shell, {"servers", "enable", "--w"}) == "--wait --wait-timeout");
  CHECK(offered(shell, {"servers", "enable", "--data"}) == "--data-dir");
  CHECK(offered(shell, {"servers", "list", "-o", ""}) == "json table");
  CHECK(offered(shell, {"completion", "z"}) == "zsh");
  CHECK(offered(shell, {"serve", "--config", ""}) == kFilesWord);
  CHECK(offered(shell, {"servers", "add", "a", "--", "--w"}).empty());
}

TEST_CASE("servers and groups complete by asking the daemon", "[completion]") {
  Shell shell;
  shell.daemon.data("GET /api/v1/servers",
                    {servers_data({server_row("git hub", "ready"), server_row("gitlab", "idle"),
                                   server_row("files", "idle")})});
  shell.daemon.data("GET /api/v1/groups", {R"({"groups":[{"name":"db"},{"name":"dev"}]})"});
  CHECK(offered(shell, {"servers", "why", "git"}) == "git hub gitlab");
  CHECK(shell.printed("git hub\tready\n"));
  CHECK(offered(shell, {"servers", "why", "gitlab", ""}).empty());
  CHECK(offered(shell, {"groups", "assign", "d"}) == "db dev");
  CHECK(offered(shell, {"groups", "assign", "db", "gitlab", "f"}) == "files");
  CHECK(offered(shell, {"events", "--group", "de"}) == "dev");
  CHECK(offered(shell, {"servers", "logs", "-n", "5", "f"}) == "files");
}

TEST_CASE("without a daemon there are no names and no complaints", "[completion]") {
  Shell shell;
  CHECK(offered(shell, {"servers", "why", ""}, false).empty());
  CHECK(offered(shell, {"--url", "http://127.0.0.1:1", "servers", "why", ""}, false).empty());
}

TEST_CASE("every shell has its script, others are named", "[completion]") {
  Shell shell;
  for (const char* name : {"bash", "zsh", "fish"}) {
    CHECK(shell.run({"completion", name}, false) == 0);
    CHECK(shell.printed("__complete"));
  }
  CHECK(shell.run({"completion", "tcsh"}, false) == 2);
  CHECK(shell.complained("bash, zsh or fish"));
  CHECK(shell.run({"completion"}, false) == 2);
}

}  // namespace
}  // namespace proxy::cli
