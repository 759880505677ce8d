#include "proxy/cli/support_bundle.h"

#include <catch2/catch.hpp>

#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

TEST_CASE("secrets vanish from texts, and what they came from stays JSON", "[cli]") {
  const base::SecretMask secrets({"s3cret-key", "\"b\"-quoted", "83749201"});
  CHECK(without_secrets(R"({"a":["the s3cret-key and more",83749201,true],"s3cret-key":null})",
                        secrets) == R"({"a":["the *** and more",83749201,true],"***":null})");
  CHECK(without_secrets(R"(["a\"b\"-quoted","x\ns3cret-key"])", secrets) == R"(["a***","x\n***"])");
  CHECK(without_secrets(R"(["s3cret-key")", secrets).find("s3cret") == std::string::npos);
}

TEST_CASE("a bundle holds what the daemon knows, what doctor finds and the ends of logs", "[cli]") {
  Shell shell;
  shell.files.edit("/home/u/.mcptrunk/mcp_config.json",
                   R"({"mcpServers":{"a":{"command":"x","env":{"T":"hunter22"}}}})");
  shell.files.edit("/home/u/.mcptrunk/api_key", "secret-key\n");
  shell.files.edit("/home/u/.mcptrunk/logs/main.log", "started with hunter22 by secret-key\n");
  shell.daemon.data("GET /api/v1/status", {R"({"state":"ready"})"});
  shell.daemon.data("GET /api/v1/config", {R"({"mcpServers":[]})"});
  shell.daemon.data("GET /api/v1/groups", {R"({"groups":[]})"});
  shell.daemon.data("GET /api/v1/servers", {servers_data({server_row("a", "ready")})});
  shell.daemon.data("GET /api/v1/servers/a", {R"({"name":"a","stderr_tail":["T=hunter22"]})"});
  shell.daemon.data("GET /api/v1/servers/a/logs?lines=50", {R"({"lines":["line of a"]})"});
  CHECK(shell.run({"support-bundle", "/home/u/out.json"}) == 0);
  CHECK(shell.printed("/home/u/out.json holds what is needed to help"));
  const auto text = shell.files.read_file("/home/u/out.json", 1'000'000);
  REQUIRE(text);
  const auto bundle = base::parse_document(*text);
  REQUIRE(bundle);
  for (const char* part :
       {"version", "doctor", "status", "config", "groups", "servers", "events", "daemon_log"}) {
    CAPTURE(part);
    CHECK(bundle->HasMember(part));
  }
  CHECK(text->find("line of a") != std::string::npos);
  CHECK(text->find("T=***") != std::string::npos);
  CHECK(text->find("started with *** by ***") != std::string::npos);
  CHECK(text->find("hunter22") == std::string::npos);
  CHECK(shell.files.stat("/home/u/out.json")->mode == 0600);
  CHECK(shell.run({"support-bundle", "/home/u/out.json"}) == 1);
  CHECK(shell.complained("name another file"));
}

TEST_CASE("without a daemon a bundle says so and holds what is left", "[cli]") {
  Shell shell;
  shell.files.edit("/home/u/.mcptrunk/mcp_config.json",
                   R"({"mcpServers":{"a":{"command":"x","env":{"T":"hunter22"}}}})");
  CHECK(shell.run({"support-bundle", "/home/u/out.json"}, false) == 0);
  const auto text = shell.files.read_file("/home/u/out.json", 1'000'000);
  REQUIRE(text);
  CHECK(text->find("no daemon is running") != std::string::npos);
  CHECK(text->find("\"command\":\"x\"") != std::string::npos);
  CHECK(text->find("hunter22") == std::string::npos);
}

}  // namespace
}  // namespace proxy::cli
