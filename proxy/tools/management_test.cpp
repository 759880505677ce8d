#include "proxy/tools/management.h"

#include <catch2/catch.hpp>

#include "base/json.h"
#include "proxy/tools/agent_config.h"

namespace proxy::tools {
namespace {

using security::Principal;

struct Actions final : ManagementActions {
  void manage(const ManagementRequest& request, Answer answer) override {
    done.push_back(request);
    answer(std::string("{}"));
  }
  std::vector<ManagementRequest> done;
};

struct World {
  Actions actions;
  ManagementTools tools{actions};

  base::Result<std::string> run(ManagedKind kind, Principal caller, std::string_view arguments) {
    base::Result<std::string> got = base::Error{};
    tools.run(kind, caller, arguments, [&](base::Result<std::string> answer) { got = answer; });
    return got;
  }
};

constexpr std::array kWrites{
    R"({"operation":"enable","name":"a"})",
    R"({"operation":"disable","name":"a"})",
    R"({"operation":"restart","name":"a"})",
    R"({"operation":"quarantine","name":"a"})",
    R"({"operation":"remove","name":"a"})",
    R"({"operation":"add","config":{"name":"a"}})",
    R"({"operation":"update","name":"a","config":{"description":"x"}})",
};

TEST_CASE("anyone may read", "[tools]") {
  World world;
  CHECK(world.run(ManagedKind::server, Principal::local, "").ok());
  CHECK(
      world.run(ManagedKind::server, Principal::local, R"({"operation":"show","name":"a"})").ok());
  CHECK(world.run(ManagedKind::server, Principal::local, R"({"operation":"why","name":"a"})").ok());
  CHECK(world.run(ManagedKind::group, Principal::local, R"({"operation":"list"})").ok());
  CHECK(world.actions.done.size() == 4);
  CHECK(world.actions.done[1].caller == Principal::local);  // and is shown less
  CHECK(world.run(ManagedKind::server, Principal::key_holder, "").ok());
  CHECK(world.actions.done[4].caller == Principal::key_holder);
}

TEST_CASE("changing needs the permission of the configuration and the key, both", "[tools]") {
  for (const char* arguments : kWrites) {
    CAPTURE(arguments);
    World world;
    CHECK(world.run(ManagedKind::server, Principal::key_holder, arguments).error().code ==
          base::ErrorCode::forbidden);
    const auto neither = world.run(ManagedKind::server, Principal::local, arguments);
    REQUIRE(!neither);
    CHECK(neither.error().remedy.find("allow_mcp_management") != std::string::npos);
    CHECK(neither.error().remedy.find("API key") != std::string::npos);
    world.tools.set_writes_allowed(true);
    CHECK(world.run(ManagedKind::server, Principal::local, arguments).error().code ==
          base::ErrorCode::forbidden);
    CHECK(world.actions.done.empty());
    CHECK(world.run(ManagedKind::server, Principal::key_holder, arguments).ok());
    CHECK(world.actions.done.size() == 1);
  }
}

TEST_CASE("approving never works", "[tools]") {
  World world;
  world.tools.set_writes_allowed(true);
  for (const char* word : {"approve", "unquarantine", "release"}) {
    const auto answer = world.run(ManagedKind::server, Principal::key_holder,
                                  fmt::format(R"({{"operation":"{}","name":"a"}})", word));
    CHECK(answer.error().code == base::ErrorCode::forbidden);
    CHECK(answer.error().remedy.find("mcptrunk servers approve") != std::string::npos);
  }
  CHECK(world.actions.done.empty());
}

TEST_CASE("what an agent adds is quarantined, whatever it says", "[tools]") {
  for (const char* entry :
       {R"({"name":"a","command":"x"})", R"({"name":"a","startup_mode":"active"})",
        R"({"name":"a","enabled":true,"quarantined":false})", R"({"name":"a","disabled":false})",
        R"({"name":"a","startup\u005fmode":"active"})"}) {
    CAPTURE(entry);
    const auto safe = quarantined_entry(entry);
    REQUIRE(safe);
    const auto document = base::parse_document(*safe);
    REQUIRE(document.ok());
    CHECK(base::json_string(*document, "startup_mode") == "quarantined");
    CHECK(base::json_string(*document, "name") == "a");
    for (const char* gone : {"enabled", "disabled", "quarantined"}) {
      CHECK(base::json_member(*document, gone) == nullptr);
    }
  }
  CHECK(!quarantined_entry(R"({"name":"a","name":"b"})"));
  CHECK(!quarantined_entry("[]"));
}

TEST_CASE("a patch of an agent's sets no mode, and names nothing twice", "[tools]") {
  const auto safe = quarantining_patch(R"({"description":"x","call_timeout":"5s"})");
  REQUIRE(safe);
  CHECK(*safe == R"({"description":"x","call_timeout":"5s","startup_mode":"quarantined"})");
  for (const char* patch :
       {R"({"startup_mode":"active"})", R"({"enabled":true})", R"({"quarantined":false})",
        R"({"startup_mode":null})", R"({"disabled":false})", R"({"startup\u005fmode":"active"})"}) {
    CAPTURE(patch);
    CHECK(check_patch(patch).error().code == base::ErrorCode::forbidden);
  }
  CHECK(!check_patch(R"({"description":"a","description":"b"})"));
  CHECK(!check_patch(R"({"description":"a","d\u0065scription":"b"})"));
  CHECK(check_patch(R"({"description":"a"})"));
}

TEST_CASE("wrong arguments are told what is wrong and what to write", "[tools]") {
  struct Case {
    ManagedKind kind;
    const char* arguments;
    const char* says;
  };
  for (const Case& wrong : {
           Case{ManagedKind::server, R"({"operation":"lst"})", "list"},
           Case{ManagedKind::server, R"({"operation":7})", "a number"},
           Case{ManagedKind::server, R"({"operation":"show"})", "needs the name"},
           Case{ManagedKind::server, R"({"operation":"add"})", "needs config"},
           Case{ManagedKind::server, R"({"operation":"update","name":"a"})", "needs config"},
           Case{ManagedKind::server, R"({"operation":"add","config":"text"})", "a string"},
           Case{ManagedKind::server, R"({"action":"enable","name":"a"})", "no argument \"action\""},
           Case{ManagedKind::server,
                R"({"operation":"disable","oper\u0061tion":"enable","name":"a"})", "twice"},
           Case{ManagedKind::server, R"({"operation":"enable","name":"a","name":"b"})", "twice"},
           Case{ManagedKind::server, R"({"operation":"add","config":{"name":"a","n\u0061me":"b"}})",
                "twice"},
           Case{ManagedKind::group, R"({"operation":"show","name":"a","name":"b"})", "twice"},
           Case{ManagedKind::group, R"({"state":"ready"})", "no argument \"state\""},
           Case{ManagedKind::group, R"({"operation":"why","name":"a"})", "no operation why"},
           Case{ManagedKind::group, R"({"operation":"quarantine","name":"a"})", "quarantine"},
       }) {
    CAPTURE(wrong.arguments);
    const auto request = management_request(wrong.kind, wrong.arguments);
    REQUIRE(!request.ok());
    CHECK(request.error().message.find(wrong.says) != std::string::npos);
    CHECK(!request.error().remedy.empty());
  }
}

}  // namespace
}  // namespace proxy::tools
