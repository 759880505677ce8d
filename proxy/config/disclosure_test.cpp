#include "proxy/config/disclosure.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "proxy/config/parser.h"
#include "proxy/config/redaction.h"

namespace proxy::config {
namespace {

using Texts = std::vector<std::string>;

Texts shown(std::string_view command, const Texts& args) {
  Texts out;
  for (Disclosure& one : disclose_arguments(command, args)) out.push_back(std::move(one.shown));
  return out;
}

TEST_CASE("options, packages, paths, small numbers and known words are shown", "[config]") {
  for (const Texts& args : {
           Texts{"-y", "@modelcontextprotocol/server-github"},
           Texts{"mcp-server-git@1.2", "--repository", "/home/ann/src/project"},
           Texts{"howtocook-mcp", "--read-only", "--readOnly", "--port=8080", "--timeout", "30s"},
           Texts{"-y", "@smithery/cli@latest", "run", "@hugeicons/mcp-server", "--key", "${KEY}"},
           Texts{"-y", "mcp-remote", "https://mcp.example.com/sse", "--header",
                 "Authorization: Bearer ${TOKEN}", "--header", "X-Key:${KEY}"},
           Texts{"some-package[extra]==1.2.3", "./dist/index.js", "server.py", "C:\\Users\\ann\\x"},
       }) {
    CHECK(shown("npx", args) == args);
  }
  const Texts docker{"run",
                     "-i",
                     "--rm",
                     "-e",
                     "API_KEY",
                     "-v",
                     "/home/ann/data:/data:ro",
                     "-v",
                     "claude-memory:/app/dist",
                     "-p",
                     "8080:80",
                     "ghcr.io/org/image:latest"};
  CHECK(shown("/usr/bin/docker", docker) == docker);
  const Texts deno{"run", "--allow-net", "jsr:@scope/server", "npm:@scope/other@1.2"};
  CHECK(shown("deno", deno) == deno);
  const Texts go{"run", "github.com/acme/tools/cmd/mcp@latest", "-t", "stdio"};
  CHECK(shown("go", go) == go);
  const Texts python{"-m", "paper_search_mcp.server", "--transport", "stdio"};
  CHECK(shown("python3", python) == python);
}

TEST_CASE("of arguments what is not known is hidden, whatever it looks like", "[config]") {
  CHECK(shown("npx", {"-y", "a-package", "swordfish"}) == Texts{"-y", "a-package", "***"});
  CHECK(shown("a-program", {"swordfish"}) == Texts{"***"});
  CHECK(shown("x", {"-e", "NAME=v1x9", "--env=NAME=v1x9", "-eNAME=v1x9", "DEBUG=true"}) ==
        Texts{"-e", "NAME=***", "--env=NAME=***", "-eNAME=***", "DEBUG=true"});
  CHECK(shown("x", {"--header=Authorization: Bearer abc", "-H", "X: abc", "-HX: abc"}) ==
        Texts{"--header=***", "-H", "***", "***"});
  CHECK(shown("deno", {"run", "jsr:swordfish", "npm:x7Qp9zLw2"}) ==
        Texts{"run", "jsr:swordfish", "***"});
  CHECK(shown("x", {"jsr:swordfish", "user:@scope/name"}) == Texts{"***", "***"});
  CHECK(shown("x", {"--password", "json", "--token=true", "-p", "xyz", "-pxyz"}) ==
        Texts{"--password", "***", "--token=***", "-p", "***", "***"});
  CHECK(shown("x", {R"({"a":1})", "user:pass", "dXNlcjpwYXNz", "83749201", "${X:-abc}"}) ==
        Texts{"***", "***", "***", "***", "${X:-***}"});
}

TEST_CASE("behind an option that may be a flag no secret is taken for the package", "[config]") {
  for (const auto& [runner, flag] : {std::pair{"npx", "--no-install"},
                                     {"npx", "--prefer-offline"},
                                     {"bunx", "--bun"},
                                     {"uvx", "--native-tls"},
                                     {"docker", "--no-healthcheck"}}) {
    CHECK(shown(runner, {flag, "@a/some-mcp", "sword-fish2"}) == Texts{flag, "@a/some-mcp", "***"});
    CHECK(shown(runner, {flag, "some-server", "swordfish"}).back() == "***");
  }
  const Texts docker{"run", "--network", "host", "--name", "mcp", "ghcr.io/org/image"};
  CHECK(shown("docker", docker) == docker);
}

TEST_CASE("a user with a password is no host with a port", "[config]") {
  CHECK(shown("x", {"john.doe:4711", "--user=john.doe:4711"}) == Texts{"***", "--user=***"});
  for (const char* same : {"db.example.com:5432", "db.prod.internal:5432", "api.github.io:443"}) {
    CHECK(shown("x", {same}) == Texts{same});
  }
}

TEST_CASE("of an address host, names and the first known segments are shown", "[config]") {
  const auto url = [](std::string_view text) { return disclose_url(text).shown; };
  for (const char* same : {"https://mcp.linear.app/sse", "http://127.0.0.1:8080/mcp/",
                           "https://server.smithery.ai/@effytech/freshservice_mcp/mcp",
                           "https://${HOST}/mcp?key=${KEY}", "${URL}", "http://[::1]:80/v1/mcp",
                           "https://api.${REGION}.example.com/mcp"}) {
    CHECK(url(same) == same);
  }
  CHECK(url("https://h.example/mcp/Zx8kQ2/mcp?a=b&c#d") ==
        "https://h.example/mcp/***?a=***&***#***");
  CHECK(url("https://mcp.zapier.com/api/mcp/s/opensesame/mcp") ==
        "https://mcp.zapier.com/api/mcp/s/***");
  CHECK(url("https://4f8c1a9be2d7430f.pipe.example/mcp") == "https://***.pipe.example/mcp");
  CHECK(url("postgres://u:p@db:5432/customers?sslmode=require") ==
        "postgres://***@db:5432/***?sslmode=***");
  CHECK(url("mongodb+srv://${USER}:${PASS}@c1.example.net/db") ==
        "mongodb+srv://${USER}:${PASS}@c1.example.net/db");
  CHECK(url("postgres://u:p/w@db/x") == "postgres://***");
  CHECK(url("secret://abc") == "***");
  CHECK(url("abc") == "***");
}

TEST_CASE("of a path the part is shown that is plain", "[config]") {
  CHECK(disclose_path("/srv/data-1/x.json") == Disclosure{"/srv/data-1/x.json", {}});
  CHECK(disclose_path("/tmp/run-a8f5f167f44f4964/sub/x") ==
        Disclosure{"/tmp/***", {"run-a8f5f167f44f4964/sub/x", "run-a8f5f167f44f4964"}});
  CHECK(disclose_path("/q7ZtRvXw3Bn9Lm2P") ==
        Disclosure{"/***", {"q7ZtRvXw3Bn9Lm2P", "q7ZtRvXw3Bn9Lm2P"}});
}

TEST_CASE("what is hidden are the parts of the text itself", "[config]") {
  CHECK(disclose_url("https://u:p@h/mcp/a1b2?k=v") ==
        Disclosure{"https://***@h/mcp/***?k=***", {"u:p", "p", "a1b2", "a1b2", "v"}});
  CHECK(disclose_value("NAME", "swordfish") == Disclosure{"***", {"swordfish"}});
  CHECK(disclose_value("API_KEY", "true") == Disclosure{"***", {"true"}});
  CHECK(disclose_value("NAME", "true") == Disclosure{"true", {}});
  CHECK(disclose_value("NAME", "admin") == Disclosure{"***", {"admin"}});
}

// What people need to see of a real configuration stays readable.
TEST_CASE("of 159 servers every package, option, path and address is readable", "[config]") {
  std::ifstream file(MCPTRUNK_SOURCE_DIR "/configs/mcp_config.159.json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const ParseOutcome outcome = parse(text);
  REQUIRE(outcome.config);
  const Config masked = redacted(*outcome.config);
  std::size_t args = 0;
  std::size_t readable = 0;
  for (std::size_t i = 0; i < masked.servers.size(); ++i) {
    const ServerConfig& server = outcome.config->servers[i];
    CHECK(masked.servers[i].command == server.command);
    CHECK(masked.servers[i].url == server.url);
    CHECK(masked.servers[i].headers == server.headers);
    CHECK(masked.servers[i].working_dir == server.working_dir);
    for (std::size_t k = 0; k < server.args.size(); ++k) {
      CAPTURE(server.args[k]);
      ++args;
      const bool same = masked.servers[i].args[k] == server.args[k];
      CHECK(same);
      readable += same ? 1 : 0;
    }
  }
  CHECK(args == 468);
  CHECK(readable == args);
}

}  // namespace
}  // namespace proxy::config
