// The pure parts of REST: query, paths, statuses, bodies, texts.
#include <catch2/catch.hpp>

#include "proxy/rest/event_stream.h"
#include "proxy/rest/http_status.h"
#include "proxy/rest/json_out.h"
#include "proxy/rest/metrics.h"
#include "proxy/rest/query.h"
#include "proxy/rest/router.h"
#include "proxy/rest/stderr_hint.h"
#include "proxy/rest/stranger_view.h"
#include "proxy/rest/tool_call.h"
#include "proxy/rest/why.h"

namespace proxy::rest {
namespace {

TEST_CASE("a query is decoded, repeated names included") {
  const auto query = Query::parse("q=a+b%20c%3d&type=x&type=y&flag", {"q", "type", "flag"});
  REQUIRE(query.ok());
  CHECK(query->get("q") == "a b c=");
  CHECK(query->all("type") == std::vector<std::string>{"x", "y"});
  CHECK(*query->flag("flag", false));
  CHECK(*query->flag("other", true));
}

TEST_CASE("a query with broken escapes, foreign names or too much is refused") {
  for (const char* bad : {"q=%", "q=%4", "q=%zz", "q=%00", "q=%ff", "q=%c0%80", "q=%ed%a0%80"}) {
    CAPTURE(bad);
    CHECK_FALSE(Query::parse(bad, {"q"}).ok());
  }
  const auto misspelled = Query::parse("limt=3", {"q", "limit"});
  REQUIRE_FALSE(misspelled.ok());
  CHECK(misspelled.error().remedy.find("limit") != std::string::npos);
  std::string many;
  for (std::size_t i = 0; i < Query::kParametersMax; ++i) many += "q=1&";
  CHECK(Query::parse(many, {"q"}).ok());
  CHECK_FALSE(Query::parse(many + "q=1", {"q"}).ok());
}

TEST_CASE("numbers and flags in a query have their bounds") {
  const auto query =
      Query::parse("a=5&b=&c=-1&d=5x&e=99999999999&f=maybe", {"a", "b", "c", "d", "e", "f"});
  REQUIRE(query.ok());
  CHECK(*query->number("a", 1, 1, 5) == 5);
  CHECK_FALSE(query->number("a", 1, 1, 4).ok());
  CHECK_FALSE(query->number("a", 1, 6, 9).ok());
  for (const char* name : {"b", "c", "d", "e"}) CHECK_FALSE(query->number(name, 1, 0, 9).ok());
  CHECK(*query->number("z", 7, 1, 5) == 7);
  CHECK_FALSE(query->flag("f", false).ok());
}

TEST_CASE("a pattern takes its names out of a path, decoded, segment by segment") {
  using Args = std::vector<std::string>;
  CHECK(match("servers", "servers") == Args{});
  CHECK(match("servers/{name}/tools", "servers/git%20hub/tools") == Args{"git hub"});
  CHECK(match("tools/{id}", "tools/a%3Ab%2Fc") == Args{"a:b/c"});
  CHECK_FALSE(match("servers/{name}", "servers"));
  CHECK_FALSE(match("servers/{name}", "servers/"));
  CHECK_FALSE(match("servers/{name}", "servers/a/b"));
  CHECK_FALSE(match("servers/{name}", "servers/%ff"));
  CHECK_FALSE(match("servers", "servers/"));
}

TEST_CASE("no route of the API hides another") {
  for (const Route& route : api_routes()) {
    int first = -1;
    int index = 0;
    for (const Route& other : api_routes()) {
      if (other.method == route.method && match(other.pattern, route.pattern) && first < 0) {
        first = index;
      }
      index += 1;
    }
    CHECK(api_routes()[static_cast<std::size_t>(first)].pattern == route.pattern);
  }
}

TEST_CASE("every error code has a status that is an error") {
  for (std::uint8_t i = 0; i < base::kErrorCodeCount; ++i) {
    CHECK(http::number(status_of(static_cast<base::ErrorCode>(i))) >= 400);
  }
  CHECK(status_of(base::ErrorCode::not_found) == http::Status::not_found);
  CHECK(status_of(base::ErrorCode::config_changed) == http::Status::precondition_failed);
  CHECK(status_of(base::ErrorCode::store_unavailable) == http::Status::service_unavailable);
}

TEST_CASE("the body of a call is taken apart, its arguments byte for byte") {
  const auto call =
      tool_call_from(R"({"id":"fs:read","arguments":{"n": 12345678901234567890},"timeout_ms":50})");
  REQUIRE(call.ok());
  CHECK(call->id == "fs:read");
  CHECK(call->arguments == R"({"n": 12345678901234567890})");
  CHECK(call->timeout == std::chrono::milliseconds(50));
  const auto plain = tool_call_from(R"({"name":"a:b:c"})");
  REQUIRE(plain.ok());
  CHECK(plain->id == "a:b:c");
  CHECK(plain->arguments == "{}");
  CHECK_FALSE(plain->timeout);
}

TEST_CASE("the body of a call that is wrong is refused with what is wrong") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"", "JSON"},
      {"[]", "object"},
      {"{", "JSON"},
      {R"({"id":"a:b"} x)", "JSON"},
      {"{}", "no tool"},
      {R"({"id":7})", "id"},
      {R"({"id":"ab"})", "\"ab\""},
      {R"({"id":":b"})", ":b"},
      {R"({"id":"a:"})", "a:"},
      {R"({"id":"a:b","name":"a:c"})", "twice"},
      {R"({"id":"a:b","arguments":[]})", "arguments"},
      {R"({"id":"a:b","arguments":{},"arguments":{}})", "twice"},
      {R"({"id":"a:b","timeout_ms":-1})", "timeout_ms"},
      {R"({"id":"a:b","timeout_ms":1.5})", "timeout_ms"},
      {R"({"id":"a:b","args":{}})", "args"},
  };
  for (const auto& [body, said] : cases) {
    CAPTURE(body);
    const auto call = tool_call_from(body);
    REQUIRE_FALSE(call.ok());
    CHECK(call.error().message.find(said) != std::string::npos);
    CHECK_FALSE(call.error().remedy.empty());
  }
}

TEST_CASE("a tool shows the useful members of its definition once, and its id cannot be forged") {
  ToolView tool;
  tool.server = "fs";
  tool.name = "read";
  tool.definition =
      R"({"name":"x","id":"evil:id","server":"evil","description":"d","description":"e",)"
      R"("inputSchema":{"type": "object"},"_meta":{"a":1}})";
  CHECK(to_json(tool) ==
        R"({"id":"fs:read","server":"fs","name":"read","state":"idle","description":"d",)"
        R"("inputSchema":{"type": "object"}})");
  tool.definition = "not json";
  CHECK(to_json(tool) == R"({"id":"fs:read","server":"fs","name":"read","state":"idle"})");
}

TEST_CASE("a row of GET servers has every documented member") {
  ServerRow row;
  row.name = "github";
  row.startup_mode = config::StartupMode::lazy_loading;
  row.state = upstream::State::backoff;
  row.groups = {"dev", "ops"};
  row.tool_count = 26;
  row.last_error = LastError{base::ErrorCode::exited, "ended", "see log", {}, true};
  row.warnings.push_back({base::ErrorCode::protocol_error, "writes noise", "use stderr"});
  row.next_try = base::WallTime{std::chrono::milliseconds(5'000)};
  row.pid = 0;
  const auto text =
      to_json(ServerList{{row}, {3, 9}}, base::WallTime{std::chrono::milliseconds(2'000)});
  CHECK(
      text ==
      R"({"servers":[{"name":"github","description":"","startup_mode":"lazy_loading",)"
      R"("state":"backoff","since":"1970-01-01T00:00:00.000Z","reason":"","groups":["dev","ops"],)"
      R"("tool_count":26,"held_by":"","last_error":{"code":"MCPT_EXITED","message":"ended",)"
      R"("remedy":"see log","at":null,"current":true},"warnings":[{"code":"MCPT_PROTOCOL_ERROR",)"
      R"("message":"writes noise","remedy":"use stderr"}],"protocol":"stdio","next_try":"1970-01-01T00:00:05.000Z",)"
      R"("next_try_in_ms":3000,"pid":0}],"event_id":"3-9"})");
}

TEST_CASE("why tells the command that helps, for every state that needs one") {
  ServerDetail detail;
  detail.row.name = "git hub";
  const auto fix = [&](upstream::State state) {
    detail.row.state = state;
    return explain(detail).fix;
  };
  using upstream::State;
  CHECK(fix(State::ready).empty());
  detail.row.warnings = {{base::ErrorCode::deadline_exceeded, "a call failed", "raise it."},
                         {base::ErrorCode::protocol_error, "noise", "use stderr"}};
  CHECK(fix(State::ready) == "raise it; use stderr");
  CHECK(explain(detail).summary == "it serves calls, but not all is well: see the warnings");
  detail.row.warnings.clear();
  CHECK(fix(State::disabled) == "mcptrunk servers enable \"git hub\"");
  CHECK(fix(State::quarantined) ==
        "mcptrunk servers show \"git hub\"; when it may run: mcptrunk servers approve \"git hub\"");
  CHECK(fix(State::auto_disabled) == "mcptrunk servers enable \"git hub\"");
  detail.row.last_error = LastError{base::ErrorCode::exited, "it ended", "set TOKEN.", {}};
  CHECK(fix(State::backoff) == "set TOKEN; then: mcptrunk servers restart \"git hub\"");
  CHECK(explain(detail).summary == "it failed and is tried again: it ended");
  detail.command = "npx";
  CHECK(fix(State::backoff) ==
        "set TOKEN; see: mcptrunk servers logs \"git hub\"; then: mcptrunk servers restart \"git "
        "hub\"");
  detail.stderr_tail = {"npm error code E404", "npm error 404"};
  CHECK(fix(State::auto_disabled) ==
        "the package does not exist in the registry: correct its name in args; see: mcptrunk "
        "servers logs \"git hub\"; to write it: mcptrunk servers update \"git hub\" -- COMMAND "
        "ARGUMENT...; then: mcptrunk servers enable \"git hub\"");
  detail.command = {};
  detail.row.last_error =
      LastError{base::ErrorCode::network, "TLS failed", "For your own authority set ca_file", {}};
  CHECK(fix(State::backoff) ==
        "For your own authority set ca_file; to write it: mcptrunk servers update \"git hub\" "
        "--json '{\"ca_file\":\"/PATH/TO/CA.pem\"}'; then: mcptrunk servers restart \"git hub\"");
  detail.row.held_by = "group db";
  CHECK(fix(State::disabled) == "mcptrunk groups enable db");
  detail.row.held_by = "group db, my dev";
  detail.row.startup_mode = config::StartupMode::disabled;
  CHECK(fix(State::disabled) ==
        "mcptrunk servers enable \"git hub\"; mcptrunk groups enable db; mcptrunk groups enable "
        "\"my dev\"");
  for (std::uint8_t i = 0; i < upstream::kStateCount; ++i) {
    detail.row.state = static_cast<State>(i);
    CHECK_FALSE(explain(detail).summary.empty());
  }
}

TEST_CASE("who approves a server is told where the hidden rest of it is to be read") {
  ServerDetail detail;
  detail.row.name = "a";
  detail.row.state = upstream::State::quarantined;
  detail.args = {"-c", "***"};
  CHECK(explain(detail).fix ==
        "mcptrunk servers show a (what reads *** there stands in the configuration file); when it "
        "may run: mcptrunk servers approve a");
}

TEST_CASE("a caller without the key is told of no argument, no address and no words of failures") {
  ServerDetail detail;
  detail.row.name = "a";
  detail.row.state = upstream::State::backoff;
  detail.row.reason = "No connection to http://planted.example:81";
  detail.row.last_error = LastError{
      base::ErrorCode::network, "No connection to http://planted.example:81", "Start it", {}};
  detail.row.last_error->current = true;
  detail.row.warnings = {
      {base::ErrorCode::network, "POST http://planted.example:81/mcp failed", "wait"}};
  detail.command = "/opt/planted/npx --token planted";
  detail.args = {"--verbose", "planted"};
  detail.url = "http://planted.example:81/mcp";
  detail.working_dir = "/srv/planted";
  detail.stderr_tail = {"listening on planted.example"};
  detail.config = R"({"url":"http://planted.example:81/mcp"})";
  const std::string text = stranger_json(detail);
  CAPTURE(text);
  CHECK(text.find("planted") == std::string::npos);
  CHECK(text.find("--verbose") == std::string::npos);
  CHECK(text.find(R"("command":"npx","args_count":2)") != std::string::npos);
  CHECK(text.find("it failed and is tried again (MCPT_NETWORK)") != std::string::npos);
  CHECK(text.find("Start it") != std::string::npos);
}

TEST_CASE("every failure has advice, even when it came without any") {
  ServerDetail detail;
  detail.row.name = "a";
  detail.row.state = upstream::State::backoff;
  using base::ErrorCode;
  for (const ErrorCode code :
       {ErrorCode::spawn_failed, ErrorCode::exited, ErrorCode::connect_timeout, ErrorCode::network,
        ErrorCode::http_status, ErrorCode::protocol_error, ErrorCode::auth_required,
        ErrorCode::connection_lost}) {
    detail.row.last_error = LastError{code, "it failed", "", {}};
    CAPTURE(base::to_string(code));
    CHECK(explain(detail).fix.size() >
          std::string_view("; then: mcptrunk servers restart a").size());
  }
}

TEST_CASE("last words that are understood become advice") {
  const auto hint = [](std::string_view line) {
    return hint_of(std::array<std::string_view, 2>{"starting", line});
  };
  CHECK(hint("ModuleNotFoundError: No module named 'mcp'").find("install") != std::string::npos);
  CHECK(hint("Error: listen EADDRINUSE: address already in use").find("port") != std::string::npos);
  CHECK(hint("GITHUB_TOKEN environment variable is required").find("env") != std::string::npos);
  CHECK(hint("bye").empty());
  CHECK(hint_of({}).empty());
}

TEST_CASE("metrics are Prometheus text: every sample has its help and type") {
  DaemonStatus status;
  status.version = "1.2.3";
  status.servers_by_state[static_cast<std::size_t>(upstream::State::ready)] = 7;
  status.calls = 42;
  const std::string text = metrics_text(status);
  CHECK(text.find("mcptrunk_info{version=\"1.2.3\"} 1\n") != std::string::npos);
  CHECK(text.find("mcptrunk_servers{state=\"ready\"} 7\n") != std::string::npos);
  CHECK(text.find("# TYPE mcptrunk_calls_total counter\nmcptrunk_calls_total 42\n") !=
        std::string::npos);
  CHECK(text.ends_with("\n"));
}

TEST_CASE("what /events is asked for is read from query and header") {
  const auto query = event_query_from(
      "type=catalog_changed&server=a&server=b&group=g&follow=false&replay=all&calls=1", "");
  REQUIRE(query.ok());
  CHECK(query->filter.types == std::vector<events::EventType>{events::EventType::catalog_changed});
  CHECK(query->filter.servers == std::vector<std::string>{"a", "b"});
  CHECK_FALSE(query->follow);
  CHECK(query->replay_all);
  CHECK(query->calls);
  const auto resumed = event_query_from("after=3-1&replay=all", "3-7");
  REQUIRE(resumed.ok());
  CHECK(resumed->after == events::EventId{3, 7});
  CHECK_FALSE(resumed->replay_all);
  for (const char* bad : {"type=no", "after=x", "replay=some", "follow=2", "color=red"}) {
    CAPTURE(bad);
    CHECK_FALSE(event_query_from(bad, "").ok());
  }
  CHECK_FALSE(event_query_from("", "not-an-id").ok());
}

}  // namespace
}  // namespace proxy::rest
