#include "proxy/config/expansion.h"

#include <catch2/catch.hpp>

namespace proxy::config {
namespace {

const Environment kEnvironment = [](const std::string& name) -> std::optional<std::string> {
  if (name == "HOME") return "/home/u";
  if (name == "KEY") return "k${HOME}";
  if (name == "EMPTY") return "";
  return std::nullopt;
};

TEST_CASE("every form of a placeholder is expanded, once", "[config]") {
  const auto text = [](std::string_view in) { return expand(in, kEnvironment).text; };
  CHECK(text("a ${KEY} b ${env:KEY}") == "a k${HOME} b k${HOME}");
  CHECK(text("${KEY:-other}") == "k${HOME}");
  CHECK(text("${NONE:-other}") == "other");
  CHECK(text("${env:NONE:-o:-p}") == "o:-p");
  CHECK(text("${NONE:-}") == "");
  CHECK(text("${EMPTY:-other}") == "");
  CHECK(text("$KEY $ {KEY} ${}") == "$KEY $ {KEY} ${}");
  CHECK(text("${a.b} ${input:x} ${KEY") == "${a.b} ${input:x} ${KEY");
  CHECK(text("${${KEY}") == "${k${HOME}");
}

TEST_CASE("unset variables are named once, empty ones and defaults are not unset", "[config]") {
  const Expanded out = expand("${B}${A}${env:B}${EMPTY}${C:-x}", kEnvironment);
  CHECK(out.unset == std::vector<std::string>{"B", "A"});
}

TEST_CASE("a relative path in a file begins where the file lies", "[config]") {
  const auto in = [](std::string_view path) {
    return expand_path_in("/etc/m/c.json", path, kEnvironment).text;
  };
  CHECK(in("data") == "/etc/m/data");
  CHECK(in("../data") == "/etc/m/../data");
  CHECK(in("/var/data") == "/var/data");
  CHECK(in("~/data") == "/home/u/data");
  CHECK(in("${HOME}/data") == "/home/u/data");
  CHECK(expand_path_in("c.json", "data", kEnvironment).text == "./data");
}

TEST_CASE("a tilde at the start of a path is the home directory", "[config]") {
  CHECK(expand_path("~/x", kEnvironment).text == "/home/u/x");
  CHECK(expand_path("~", kEnvironment).text == "/home/u");
  CHECK(expand_path("~other/x", kEnvironment).text == "~other/x");
  CHECK(expand_path("/a/~", kEnvironment).text == "/a/~");
  const Environment none = [](const std::string&) { return std::nullopt; };
  CHECK(expand_path("~/x", none).unset == std::vector<std::string>{"HOME"});
}

TEST_CASE("a server is expanded everywhere, and names what is unset", "[config]") {
  ServerConfig server;
  server.command = "~/bin/${KEY}";
  server.args = {"${ONE}", "x"};
  server.env = {{"E", "${TWO}"}};
  server.working_dir = "${HOME}/w";
  server.url = "https://${THREE:-h}/mcp";
  server.headers = {{"Authorization", "Bearer ${ONE}"}};
  server.oauth = OAuthConfig{};
  server.oauth->client_secret = "${FOUR}";
  const ExpandedServer out = expand_server(server, kEnvironment);
  CHECK(out.command == "/home/u/bin/k${HOME}");
  CHECK(out.working_dir == "/home/u/w");
  CHECK(out.url == "https://h/mcp");
  CHECK(out.headers.at("Authorization") == "Bearer ");
  CHECK(out.unset == std::vector<std::string>{"ONE", "TWO", "FOUR"});
}

TEST_CASE("a mere reference is told from a value", "[config]") {
  CHECK(is_reference("${TOKEN}"));
  CHECK(is_reference("Bearer ${env:TOKEN}"));
  CHECK(!is_reference("${TOKEN:-secret}"));
  CHECK(!is_reference("secret${TOKEN}"));
  CHECK(!is_reference("${TOKEN}secret"));
  CHECK(!is_reference("secret"));
  CHECK(!is_reference(""));
}

}  // namespace
}  // namespace proxy::config
