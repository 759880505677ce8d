// What the parser refuses, and with which words.
#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "proxy/config/edit.h"
#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

std::string real_file() {
  std::ifstream in(std::string(MCPTRUNK_SOURCE_DIR) + "/configs/mcp_config.159.json");
  std::stringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

std::vector<Diagnostic> of(Severity severity, const ParseOutcome& outcome) {
  std::vector<Diagnostic> out;
  for (const Diagnostic& item : outcome.diagnostics) {
    if (item.severity == severity) out.push_back(item);
  }
  return out;
}

struct BadInput {
  const char* text;
  std::uint32_t line;
  const char* path;
  const char* message;
};
constexpr BadInput kBadInputs[] = {
    {"", 1, "", "no JSON value"},
    {"[]", 1, "", "must hold an object"},
    {"{\n\"a\": tru}", 2, "", "Invalid value"},
    {"{\"a\": 1", 1, "", "file ends here"},
    {"{}\n{}", 2, "", "root"},
    {"{\"tools_limit\": 1,\n\"tools_limit\": 2}", 2, "", "given twice"},
    {"{\"data_dir\": \"\\u0000\"}", 1, "", "\\u0000"},
    {"{\"data_dir\": \"\\udc00\"}", 1, "", "surrogate"},
    {"{\"data_dir\": \"\xFF\"}", 1, "", "encoding"},
    {"{\"listen\": \"nonsense\"}", 1, "listen", "not an address"},
    {"{\"listen\": \"1.2.3.4:70000\"}", 1, "listen", "not an address"},
    {"{\"listen\": \"::1:80\"}", 1, "listen", "not an address"},
    {"{\n\"tools_limit\": 101}", 2, "tools_limit", "out of range"},
    {"{\"api_key\": \"a\tb\"}", 1, "", "a tab stands in a string"},
    {"{\"call_tool_timeout\": \"1ns\"}", 1, "call_tool_timeout", "\"1ns\" is out of range"},
    {"{\"tools_limit\": -1}", 1, "tools_limit", "out of range"},
    {"{\"tools_limit\": 1.5}", 1, "tools_limit", "out of range"},
    {"{\"tools_limit\": 99999999999999999999999}", 1, "tools_limit", "out of range"},
    {"{\"tools_limit\": \"15\"}", 1, "tools_limit", "must be a number, but is a string"},
    {"{\"require_mcp_auth\": 1}", 1, "require_mcp_auth", "must be a boolean"},
    {"{\"routing_mode\": \"dirct\"}", 1, "routing_mode", "not known"},
    {"{\"local_users\": \"any\"}", 1, "local_users", "not known"},
    {"{\"call_tool_timeout\": \"2 minutes\"}", 1, "call_tool_timeout", "not a duration"},
    {"{\"call_tool_timeout\": \"90\"}", 1, "call_tool_timeout", "not a duration"},
    {"{\"call_tool_timeout\": true}", 1, "call_tool_timeout", "must be a duration"},
    {"{\"call_tool_timeout\": \"-1s\"}", 1, "call_tool_timeout", "not a duration"},
    {"{\"call_tool_timeout\": \"25h\"}", 1, "call_tool_timeout", "out of range"},
    {"{\"limits\": {\"global\": {\"burst\": -1}}}", 1, "limits.global.burst", "out of range"},
    {"{\"trusted_hosts\": [\"a\", 5]}", 1, "trusted_hosts[1]", "must be a string"},
    {"{\"search\": {\"synonyms\": [\"deploy, ship\",\n\"also: k8s\"]}}", 1, "search.synonyms",
     "entry 2"},
    {"{\"groups\": {}}", 1, "groups", "must be a list"},
    {"{\"groups\": [3]}", 1, "groups[0]", "must be an object"},
    {"{\"groups\": [{}]}", 1, "groups[0]", "no name"},
    {"{\"groups\": [{\"name\": \"a/b\"}]}", 1, "groups[0].name", "cannot be the name"},
    {"{\"groups\": [{\"name\": \"a\"},\n{\"name\": \"a\"}]}", 2, "groups[1].name", "further up"},
    {"{\"groups\": [{\"name\": \"a\", \"id\": 1},\n{\"name\": \"b\", \"id\": 1}]}", 2,
     "groups[1].id", "has the id 1"},
    {"{\"groups\": [{\"name\": \"a\", \"parent\": \"a\"}]}", 1, "groups[0].parent", "a -> a"},
    {"{\"groups\": [{\"name\": \"a\", \"parent\": \"b\"}, {\"name\": \"b\",\"parent\": \"c\"},\n"
     "{\"name\": \"c\", \"parent\": \"b\"}]}",
     1, "groups[1].parent", "b -> c -> b"},
    {"{\"server_group_assignments\": [{\"a\": \"g\"}]}", 1, "server_group_assignments",
     "must be an object"},
    {"{\"mcpServers\": 5}", 1, "mcpServers", "must be a list or an object"},
    {"{\"mcpServers\": [],\n\"servers\": {}}", 2, "servers", "is given too"},
    {"{\"mcpServers\": [5]}", 1, "mcpServers[0]", "must be an object"},
    {"{\"mcpServers\": [{\"command\": \"x\"}]}", 1, "mcpServers[0]", "has no name"},
    {"{\"mcpServers\": [{\"name\": \"a:b\", \"command\": \"x\"}]}", 1, "mcpServers[0].name",
     "cannot be the name of a server"},
    {"{\"mcpServers\": {\"a:b\": {\"command\": \"x\"}}}", 1, "mcpServers.a:b",
     "cannot be the name of a server"},
    {"{\"mcpServers\": [{\"name\": \"a\", \"command\": \"x\"},\n{\"name\": \"a\", "
     "\"command\": \"y\"}]}",
     2, "mcpServers[1].name", "further up"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"a\": {\"command\": \"y\"}}}", 1, "",
     "given twice"},
    {R"({"mcpServers": {".": {"command": "x"}}})", 1, "mcpServers..", "cannot be the name"},
    {R"({"mcpServers": [{"name": "..", "command": "x"}]})", 1, "mcpServers[0].name",
     "cannot be the name"},
    {R"({"groups": [{"name": ".."}]})", 1, "groups[0].name", "cannot be the name"},
    {R"({"mcpServers": {"a": {"command": "x", "groups": ["."]}}})", 1, "mcpServers.a.groups",
     "cannot be the name"},
    {R"({"mcpServers": {"a": {"command": "x", "env": {"": "v"}}}})", 1, "mcpServers.a.env",
     "cannot be the name of a variable"},
    {R"({"mcpServers": {"a": {"command": "x", "env": {"LD_PRELOAD=/x": "v"}}}})", 1,
     "mcpServers.a.env", "cannot be the name of a variable"},
    {R"({"environment": {"custom_vars": {"A=B": "v"}}})", 1, "environment.custom_vars",
     "cannot be the name of a variable"},
    {R"({"environment": {"custom_vars": {"": "v"}}})", 1, "environment.custom_vars",
     "cannot be the name of a variable"},
    {R"({"environment": {"allowed_system_vars": ["A=B"]}})", 1, "environment.allowed_system_vars",
     "cannot be the name of a variable"},
    {R"({"mcpServers": {"a": {"url": "http://x", "headers": {"": "v"}}}})", 1,
     "mcpServers.a.headers", "\"\" cannot be the name of a header"},
    {R"({"mcpServers": {"a": {"url": "http://x", "headers": {"Authorization: Bearer k1": ""}}}})",
     1, "mcpServers.a.headers", "\"Authorization\" cannot be the name of a header"},
    {R"({"mcpServers": {"a": {"url": "x.example.com/s/Zx8kQ2v7/mcp"}}})", 1, "mcpServers.a.url",
     "\"x.example.com/s/***\" is not an http or https url"},
    {R"({"mcpServers": {"a": {"url": "wss://u:pw@x.example.com/s/Zx8kQ2v7"}}})", 1,
     "mcpServers.a.url", "\"wss://***@x.example.com/s/***\" is not an http or https url"},
    {R"({"mcpServers": {"a": {"url": "Zx8kQ2v7://x"}}})", 1, "mcpServers.a.url",
     "\"***\" is not an http or https url"},
    {R"({"groups": [{"name": "ops\u200b"}]})", 1, "groups[0].name", "ops<U+200B>"},
    {R"({"mcpServers": {"a": {"command": "x", "groups": ["\u202eops"]}}})", 1,
     "mcpServers.a.groups", "cannot be the name"},
    {"{\"mcpServers\": {\"a\": {}}}", 1, "mcpServers.a", "neither"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\",\n\"url\": \"http://y\"}}}", 2,
     "mcpServers.a.url", "both"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"protocol\": \"stdio\",\n\"url\": "
     "\"http://y\"}}}",
     2, "mcpServers.a.url", "both"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"protocol\": \"http\"}}}", 1,
     "mcpServers.a.protocol", "needs a \"url\""},
    {"{\"mcpServers\": {\"a\": {\"url\": \"http://x\", \"protocol\": \"stdio\"}}}", 1,
     "mcpServers.a.protocol", "needs a \"command\""},
    {"{\"mcpServers\": {\"a\": {\"url\": \"ftp://x\"}}}", 1, "mcpServers.a.url",
     "not an http or https url"},
    {"{\"mcpServers\": {\"a\": {\"command\": 5}}}", 1, "mcpServers.a.command", "must be a string"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"args\": \"y\"}}}", 1, "mcpServers.a.args",
     "must be a list"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"env\": {\"P\": 80}}}}", 1,
     "mcpServers.a.env.P", "must be a string"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"startup_mode\": \"acitve\"}}}", 1,
     "mcpServers.a.startup_mode", "not known"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"protocol\": \"grpc\"}}}", 1,
     "mcpServers.a.protocol", "not known"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"sharing\": \"all\"}}}", 1,
     "mcpServers.a.sharing", "not known"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"protocol_era\": \"2020-01-01\"}}}", 1,
     "mcpServers.a.protocol_era", "not known"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"enabled_tools\": [],\n"
     "\"disabled_tools\": [\"t\"]}}}",
     2, "mcpServers.a.disabled_tools", "both"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"groups\": [\"\"]}}}", 1,
     "mcpServers.a.groups", "cannot be the name of a group"},
    {"{\"mcpServers\": {\"a\": {\"command\": \"x\", \"oauth\": true}}}", 1, "mcpServers.a.oauth",
     "must be an object"},
};

TEST_CASE("each bad input is refused with its place and a remedy", "[config]") {
  for (const BadInput& item : kBadInputs) {
    CAPTURE(item.text);
    const ParseOutcome outcome = parse(item.text);
    CHECK(!outcome.config);
    const std::vector<Diagnostic> errors = of(Severity::error, outcome);
    REQUIRE(errors.size() == 1);
    INFO(one_line(errors[0]));
    CHECK(errors[0].line == item.line);
    CHECK(errors[0].path == item.path);
    CHECK(errors[0].message.find(item.message) != std::string::npos);
    CHECK(!errors[0].remedy.empty());
  }
}

TEST_CASE("all errors of a file are reported at once, in its order", "[config]") {
  const ParseOutcome outcome = parse(
      "{\n\"tools_limit\": 0,\n\"mcpServers\": [\n{\"name\": \"a\"},\n"
      "{\"name\": \"b\", \"command\": 1, \"args\": {}}],\n\"listen\": 5}");
  const std::vector<Diagnostic> errors = of(Severity::error, outcome);
  std::vector<std::uint32_t> lines;
  for (const Diagnostic& error : errors) lines.push_back(error.line);
  CHECK(lines == std::vector<std::uint32_t>{2, 4, 5, 5, 6});
  const base::Result<Config> result = config_or_error(outcome);
  REQUIRE(!result);
  CHECK(result.error().code == base::ErrorCode::config_invalid);
  CHECK(std::count(result.error().message.begin(), result.error().message.end(), '\n') == 4);
}

TEST_CASE("assignments that are a list are told once, not by their entries", "[config]") {
  CHECK(parse(R"({"server_group_assignments":[{"a":"g"}]})").diagnostics.size() == 1);
}

TEST_CASE("nesting and size have limits", "[config]") {
  const std::string deep =
      "{\"a\":" + std::string(kDepthMax, '[') + std::string(kDepthMax, ']') + "}";
  CHECK(!parse(deep).config);
  const std::string fits =
      "{\"a\":" + std::string(kDepthMax - 1, '[') + std::string(kDepthMax - 1, ']') + "}";
  CHECK(parse(fits).config);
  CHECK(!parse(std::string(100'000, '[')).config);
  CHECK(parse("{}" + std::string(kTextBytesMax - 2, ' ')).config);
  CHECK(!parse("{}" + std::string(kTextBytesMax - 1, ' ')).config);
}

TEST_CASE("no cut of the real file crashes, and none but the whole is accepted", "[config]") {
  std::string text = real_file();
  while (text.back() != '}') text.pop_back();
  for (std::size_t size = 0; size < text.size(); size += 997) {
    CHECK(!parse(std::string_view(text).substr(0, size)).config);
  }
}

TEST_CASE("no mutation of a file crashes parser or editor", "[config][random]") {
  const std::string_view seed_text =
      "{\"groups\":[{\"name\":\"g\",\"id\":1}], // c\n\"server_group_assignments\":{\"a\":\"g\"},"
      "/* d */\"mcpServers\":[{\"name\":\"a\",\"command\":\"x\",\"enabled\":true,"
      "\"groups\":[\"g\",],\"init_timeout\":\"1m0s\"},]}";
  const std::string_view alphabet = "{}[],:\"\\/*ag01.\n \xC3\xA9";
  std::mt19937 random(Catch::rngSeed());
  ServerConfig added;
  added.name = "b";
  added.command = "y";
  const Edit edits[] = {SetServerMode{{"a"}, StartupMode::disabled}, RemoveServer{"a"},
                        AddServer{added}, RemoveGroup{"g"}, RenameGroup{"g", "h"}};
  int accepted = 0;
  for (int i = 0; i < 2'000; ++i) {
    std::string text(seed_text);
    for (std::size_t change = random() % 3 + 1; change > 0; --change) {
      const std::size_t at = random() % text.size();
      const char letter = alphabet[random() % alphabet.size()];
      if (random() % 2 == 0) {
        text[at] = letter;
      } else {
        text.erase(at, random() % 4);
      }
      if (text.empty()) text = " ";
    }
    CAPTURE(text);
    if (!parse(text).config) continue;
    ++accepted;
    for (const Edit& edit : edits) {
      const base::Result<std::string> edited = apply_edit(text, edit);
      if (edited) CHECK(parse(*edited).config);
    }
  }
  CHECK(accepted > 50);
}

}  // namespace
}  // namespace proxy::config
