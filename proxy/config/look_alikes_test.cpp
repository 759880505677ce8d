#include "proxy/config/look_alikes.h"

#include <catch2/catch.hpp>

#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

TEST_CASE("names that people take for one another are told", "[config]") {
  for (const auto& [one, other] : {std::pair{"github", "GitHub"},
                                   {"my-server", "my_server"},
                                   {"my-server", "my server"},
                                   {"paypal", "paypa1"},
                                   {"paypal", "paypaI"},
                                   {"OpenAI", "0penAl"},
                                   {"modern", "modem"},
                                   {"github", "g\u0456thub"},
                                   {"postgres", "p\u043Estgres"},
                                   {"files", "fi\u200Bles"},
                                   {"files", "\u202Efiles"},
                                   {"alpha", "\u03B1lpha"},
                                   {"files", "\uFB01les"},
                                   {"files", "\uFF46iles"},
                                   {"a-b", "a\u2010b"}}) {
    CAPTURE(one, other);
    CHECK(look_alike(one, other));
    CHECK(look_alike(other, one));
  }
  for (const auto& [one, other] : {std::pair{"github", "github"},
                                   {"github", "gitlab"},
                                   {"mail", "mall"},
                                   {"db1", "db2"},
                                   {"caf\u00E9", "cafe"},
                                   {"files", "file"},
                                   {"a", ""}}) {
    CAPTURE(one, other);
    CHECK_FALSE(look_alike(one, other));
  }
}

TEST_CASE("of many names each is told the first it looks like", "[config]") {
  const LookAlikes found = look_alikes({"git", "GIT", "other", "g1t", "gIt", "glt"});
  CHECK(found.at("git") == "GIT");
  CHECK(found.at("GIT") == "git");
  CHECK(found.at("g1t") == "GIT");
  CHECK(found.at("glt") == "GIT");
  CHECK_FALSE(found.contains("other"));
}

TEST_CASE("config check warns of servers and groups that look alike", "[config]") {
  const ParseOutcome outcome = parse(R"({
    "mcpServers": {"github": {"command": "a"}, "GitHub": {"command": "b"}, "x": {"command": "c"}},
    "groups": [{"name": "ops"}, {"name": "op\u0455"}]})");
  REQUIRE(outcome.config);
  std::vector<std::string> told;
  for (const Diagnostic& one : outcome.diagnostics) told.push_back(one.path + " " + one.message);
  CHECK(told == std::vector<std::string>{"mcpServers.GitHub its name looks like that of \"github\"",
                                         "groups[1] its name looks like that of \"ops\""});
}

}  // namespace
}  // namespace proxy::config
