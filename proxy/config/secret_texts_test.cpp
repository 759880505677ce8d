#include "proxy/config/secret_texts.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/secret_mask.h"

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

TEST_CASE("variables that every server inherits are not heard", "[config]") {
  CHECK(heard({}, "key K9-everybody!", {{"COMPANY", "K9-everybody!"}}) == "key ***");
}

TEST_CASE("arguments that are not shown are not heard", "[config]") {
  ServerConfig server;
  server.args = {"--api-key=argsecret123",
                 "--token",
                 "argsecret456",
                 "--key",
                 "${REF}",
                 "--level",
                 "verbose9"};
  CHECK(heard(server, "unknown key argsecret123, argsecret456, of-the-environment-7; verbose9") ==
        "unknown key ***, ***, ***; verbose9");
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
                {"PORT", "8080808"},
                {"NODE_ENV", "production"},
                {"REGION", "eu-west"}};
  const std::string said =
      "no /home/user/docs on https://api.example.com/v1:8080808 in production, eu-west";
  CHECK(heard(server, said) == said);
}

TEST_CASE("under the name of a secret everything is one", "[config]") {
  ServerConfig server;
  server.env = {{"MY_PASSWORD", "production"}, {"KEY_FILE", "/run/key"}};
  CHECK(heard(server, "production /run/key") == "*** ***");
}

}  // namespace
}  // namespace proxy::config
