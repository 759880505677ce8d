#include "proxy/config/secret_texts.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/secret_mask.h"
#include "proxy/config/redaction.h"

namespace proxy::config {
namespace {

std::optional<std::string> variable(const std::string& name) {
  if (name == "REF") return "of-the-environment-7";
  if (name == "HOME") return "/home/u";
  return std::nullopt;
}

// What is left of `said` by a server with these secrets.
std::string heard(const ServerConfig& server, std::string said,
                  const std::map<std::string, std::string>& custom_vars = {}) {
  base::SecretMask(secret_texts(server, expand_server(server, variable), custom_vars)).apply(said);
  return said;
}

TEST_CASE("values of variables and headers are not heard, references in them neither", "[config]") {
  ServerConfig server;
  server.env = {{"TOK", "tok-SECRET-4711"}, {"GITHUB_TOKEN", "${REF}"}};
  server.headers = {{"Authorization", "Bearer hunter2000"}};
  CHECK(heard(server, "bad token tok-SECRET-4711") == "bad token ***");
  CHECK(heard(server, "of-the-environment-7 is refused") == "*** is refused");
  CHECK(heard(server, "Authorization: Bearer hunter2000") == "Authorization: ***");
  CHECK(heard(server, "token=hunter2000") == "token=***");
}

TEST_CASE("the names of servers and groups are heard, whatever reads like them", "[config]") {
  ServerConfig server;
  server.name = "github";
  server.groups = {"backoffice"};
  server.args = {"github", "backoffice", "opensesame"};
  CHECK(heard(server, "github of backoffice: opensesame") == "github of backoffice: ***");
}

TEST_CASE("what a script says is heard, what it sets is not", "[config]") {
  ServerConfig server;
  server.command = "sh";
  server.args = {"-c",
                 "test -n \"$DATABASE_URL\" || { echo \"Error: DATABASE_URL is required\" >&2; }; "
                 "TOKEN='open sesame door' exec '/opt/servers/fixture' --key opensesame1"};
  CHECK(redacted(server).args == std::vector<std::string>{"-c", "***"});
  CHECK(heard(server, "Error: DATABASE_URL is required") == "Error: DATABASE_URL is required");
  CHECK(heard(server, "/opt/servers/fixture: open sesame door, opensesame1") ==
        "/opt/servers/fixture: ***, ***");
}

TEST_CASE("variables that every server inherits are not heard", "[config]") {
  CHECK(heard({}, "key K9-everybody!", {{"COMPANY", "K9-everybody!"}}) == "key ***");
}

TEST_CASE("of what a server has of the daemon's environment only places are heard", "[config]") {
  const auto told = [](const char* name, const char* value) {
    std::string said = std::string("have ") + value + " here";
    base::SecretMask(secret_texts({}, {}, {}, {{name, value}})).apply(said);
    return said;
  };
  for (const char* name : {"OPENAI_API_KEY", "GH_TOKEN", "COMPANY", "AWS_SESSION"}) {
    CHECK(told(name, "ghp_q8Zr2LxT5vNw7Y") == "have *** here");
  }
  CHECK(told("HTTPS_PROXY", "http://ann:pa55word@proxy.example:3128").find("pa55word") ==
        std::string::npos);
  CHECK(told("HTTPS_PROXY", "http://proxy.example:3128") == "have http://proxy.example:3128 here");
  CHECK(told("PATH", "/opt/Zx8kQ2v7/bin:/usr/bin") == "have /opt/Zx8kQ2v7/bin:/usr/bin here");
  CHECK(told("PYENV_HOOK_PATH", "/etc/pyenv.d:/usr/lib") == "have /etc/pyenv.d:/usr/lib here");
  CHECK(told("USER", "annabella") == "have annabella here");

  Config config;
  config.environment.allowed_system_vars = {"REF"};
  CHECK(secret_texts(config, variable) == std::vector<std::string>{"of-the-environment-7"});
}

TEST_CASE("arguments that are not shown are not heard", "[config]") {
  ServerConfig server;
  server.args = {
      "--api-key=argsecret123", "--token", "argsecret456", "--key", "${REF}", "--level", "verbose"};
  CHECK(heard(server, "unknown key argsecret123, argsecret456, of-the-environment-7; verbose") ==
        "unknown key ***, ***, ***; verbose");
}

TEST_CASE("references among the arguments are not heard, however they are given", "[config]") {
  ServerConfig server;
  server.args = {"--token=${REF}", "postgres://u:${REF}@db/x", "${HOME}/docs", "--token",
                 "--verbose-now"};
  CHECK(heard(server, "bad of-the-environment-7") == "bad ***");
  CHECK(heard(server, "no postgres://u:of-the-environment-7@db/x").find("environment") ==
        std::string::npos);
  CHECK(heard(server, "/home/u/docs --verbose-now") == "/home/u/docs --verbose-now");
}

TEST_CASE("what a message is about stays: paths, addresses, numbers, words", "[config]") {
  ServerConfig server;
  server.env = {{"ALLOWED_DIR", "/home/user/docs"},
                {"BASE_URL", "https://api.example.com/v1"},
                {"PORT", "8080"},
                {"NODE_ENV", "production"},
                {"REGION", "eu-west"}};
  const std::string said =
      "no /home/user/docs on https://api.example.com/v1:8080 in production, eu-west";
  CHECK(heard(server, said) == said);
}

TEST_CASE("under the name of a secret everything is one but words of everybody's", "[config]") {
  ServerConfig server;
  server.env = {{"MY_PASSWORD", "swordfish"}, {"KEY_FILE", "/run/key"}, {"KEY_TYPE", "json"}};
  CHECK(heard(server, "swordfish /run/key json") == "*** *** json");
}

TEST_CASE("the parts of what is hidden are not heard alone", "[config]") {
  ServerConfig server;
  server.args = {R"({"token": "swordfish", "user": "opal"})", "--dsn=Server=db1;Password=pa55w;",
                 "-e", "NAME=of-this-9"};
  server.headers = {{"Authorization", "Basic YW5uOnN3b3JkMTIz"}};
  server.url = "https://ann:pass%2Fword@h/mcp/4f8c1a?k=a%20key1";
  CHECK(heard(server, "token swordfish of user opal") == "token *** of user ***");
  CHECK(heard(server, "Password pa55w, NAME of-this-9") == "Password ***, NAME ***");
  CHECK(heard(server, "ann:sword123 and sword123") == "*** and ***");
  CHECK(heard(server, "pass/word, pass%2Fword, YW5uOnBhc3Mvd29yZA==") == "***, ***, ***");
  CHECK(heard(server, "GET /mcp/4f8c1a?k=a%20key1: 'a key1'") == "GET /mcp/***?k=***: '***'");
}

}  // namespace
}  // namespace proxy::config
