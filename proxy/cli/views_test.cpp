// What people see of the daemon's answers.
#include <catch2/catch.hpp>

#include "proxy/cli/groups_view.h"
#include "proxy/cli/json_view.h"
#include "proxy/cli/servers_view.h"
#include "proxy/cli/status_view.h"
#include "proxy/cli/tools_view.h"
#include "proxy/cli/wait.h"

namespace proxy::cli {
namespace {

using Render = std::string (*)(const rapidjson::Value&, const Screen&);

std::string shown(Render render, std::string_view data, Screen screen = {80, false}) {
  const auto document = base::parse_document(data);
  REQUIRE(document.ok());
  const rapidjson::Value& value = *document;
  return render(value, screen);
}

TEST_CASE("servers why says in one screen what is wrong and how to mend it") {
  const std::string text = shown(render_why, R"({
    "name":"github","state":"backoff","startup_mode":"active","held_by":"","reason":"exited",
    "consecutive_failures":2,"auto_disable_threshold":3,"next_try_in_ms":12400,
    "last_error":{"code":"MCPT_EXITED","message":"it exited with code 1","remedy":"read its log",
                  "at":"2026-11-21T03:40:46.123Z"},
    "stderr_tail":["npm ERR! 404","\u001b[31mred"],
    "why":{"summary":"it ends right after its start","fix":"mcptrunk servers logs github"},
    "log_path":"/d/logs/github.log"})");
  CHECK(text ==
        "Server:             github\n"
        "State:              backoff\n"
        "Why:                it ends right after its start\n"
        "Mode:               active\n"
        "Failures in a row:  2 (gives up at 3)\n"
        "Last failure:       it exited with code 1 (MCPT_EXITED)\n"
        "Failed at:          2026-11-21 03:40:46 UTC\n"
        "Next try:           in 12 s\n"
        "To fix it:          mcptrunk servers logs github\n"
        "Log:                /d/logs/github.log\n"
        "Last lines of its stderr:\n"
        "  npm ERR! 404\n"
        "  <U+001B>[31mred\n");
}

TEST_CASE("servers why names what is wrong with a server that runs, each remedy once") {
  const std::string text = shown(render_why, R"({
    "name":"db","state":"ready","startup_mode":"active",
    "warnings":[{"code":"MCPT_DEADLINE_EXCEEDED","message":"the last call failed","remedy":"Wait."}],
    "why":{"summary":"it serves calls","fix":"Wait"}})");
  CHECK(text ==
        "Server:     db\n"
        "State:      ready\n"
        "Why:        it serves calls\n"
        "Mode:       active\n"
        "Warning:    the last call failed (MCPT_DEADLINE_EXCEEDED)\n"
        "To fix it:  Wait\n");
}

TEST_CASE("a search explains how it read the query and what each hit is made of") {
  const std::string text = shown(render_search, R"({"query":"make isue","total":1,"results":[
    {"id":"git:create_issue","score":7.25,"state":"idle","description":"Creates an issue.",
     "explanation":{"terms":[{"word":"make","term":"creat","reason":"synonym","score":1.5,
                              "fields":{"name":1.25,"summary":0.25}}],
                    "clause":0.5,"server":0,"coverage":0,"act":0,"prior":0,"factor":0.8}}],
    "respelled":{"isue":"issue"}})");
  CHECK(text.find("make             creat            synonym   1.500  name 1.25, summary 0.25\n") !=
        std::string::npos);
  CHECK(text.find("the best part of the query                  0.500\n") != std::string::npos);
  CHECK(text.find("times, for a server that fails              0.800\n") != std::string::npos);
  CHECK(text.find("used with success") == std::string::npos);
  CHECK(text.find("no tool knows \"isue\"; taken for \"issue\"\n") != std::string::npos);
  CHECK(shown(render_search, R"({"results":[],"hint":"try other words"})") ==
        "nothing found\ntry other words\n");
}

TEST_CASE("servers list shows what is wrong with servers that run too") {
  const std::string text = shown(render_servers, R"({"servers":[
    {"name":"a","state":"ready","startup_mode":"active","warnings":[{"message":"noise"}]},
    {"name":"b","state":"quarantined","startup_mode":"quarantined","reason":"loaded"},
    {"name":"c","state":"connecting","reason":"got a slot","last_error":{"message":"old","current":false}},
    {"name":"d","state":"connecting","last_error":{"message":"again","current":true}}]})");
  CHECK(text.find("noise") != std::string::npos);
  CHECK(text.find("again") != std::string::npos);
  CHECK(text.find("loaded") == std::string::npos);
  CHECK(text.find("got a slot") == std::string::npos);
  CHECK(text.find("old") == std::string::npos);
}

TEST_CASE("an answer with nothing in it is still shown without harm") {
  for (const Render render :
       {render_servers, render_server, render_why, render_log, render_server_action, render_status,
        render_tools, render_search, render_tool, render_call_result, render_groups,
        render_group_action}) {
    for (const char* data :
         {"{}", "[]", "null", R"({"servers":7,"tools":{},"groups":"x"})",
          R"({"servers":[7,null],"tools":[[]],"groups":[null],"content":[1]})"}) {
      CAPTURE(data);
      CHECK(shown(render, data).size() < 1'000);
    }
  }
}

TEST_CASE("what hides in a schema of a tool is shown") {
  const std::string text = shown(render_tool, R"({"id":"a:t","inputSchema":{"type":"object",
    "properties":{"path\u202e":{"enum":["\u009b2J"]}}}})");
  CHECK(text.find("path<U+202E>") != std::string::npos);
  CHECK(text.find("<U+009B>2J") != std::string::npos);
}

TEST_CASE("groups are shown as a tree, with what holds them") {
  CHECK(shown(render_groups, R"({"groups":[
          {"name":"child","parent":"top","enabled":true,"held_by":"top","members":["a"],"ready":0},
          {"name":"top","parent":"","enabled":false,"members":["a","b"],"ready":0},
          {"name":"lost","parent":"gone","enabled":true,"members":[],"ready":0}]})") ==
        "GROUP    STATE        SERVERS  READY  DESCRIPTION\n"
        "top      disabled           2      0\n"
        "  child  held by top        1      0\n"
        "lost     enabled            0      0\n");
}

TEST_CASE("where a server stands on the way to a goal") {
  const auto verdict = [](Goal goal, const std::string& state, const std::string& held_by = "") {
    const auto row =
        base::parse_document(fmt::format(R"({{"state":"{}","held_by":"{}"}})", state, held_by));
    return judge(goal, *row);
  };
  CHECK(verdict(Goal::running, "ready") == Verdict::reached);
  CHECK(verdict(Goal::running, "idle") == Verdict::reached);
  CHECK(verdict(Goal::running, "connecting") == Verdict::pending);
  CHECK(verdict(Goal::running, "backoff") == Verdict::pending);
  CHECK(verdict(Goal::running, "auto_disabled") == Verdict::failed);
  CHECK(verdict(Goal::running, "disabled") == Verdict::failed);
  CHECK(verdict(Goal::running, "disabled", "group db") == Verdict::reached);
  CHECK(verdict(Goal::running, "new in a later version") == Verdict::pending);
  CHECK(verdict(Goal::stopped, "stopping") == Verdict::pending);
  CHECK(verdict(Goal::stopped, "disabled") == Verdict::reached);
  CHECK(verdict(Goal::stopped, "ready") == Verdict::pending);
}

TEST_CASE("durations, sizes and times read as people say them") {
  CHECK(duration_text(350) == "350 ms");
  CHECK(duration_text(185'000) == "3 min 5 s");
  CHECK(duration_text(4 * 3'600'000 + 600'000) == "4 h 10 min");
  CHECK(duration_text(51 * 3'600'000) == "2 d 3 h");
  CHECK(bytes_text(1'023) == "1023 B");
  CHECK(bytes_text(1'536) == "1.5 KiB");
  CHECK(bytes_text(12'897'485) == "12.3 MiB");
  CHECK(time_text("2026-11-21T03:40:46.123Z") == "2026-11-21 03:40:46 UTC");
  CHECK(time_text("odd") == "odd");
}

}  // namespace
}  // namespace proxy::cli
