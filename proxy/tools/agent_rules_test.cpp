#include "proxy/tools/agent_rules.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <random>

#include "proxy/config/edit.h"
#include "proxy/config/groups.h"
#include "proxy/config/parser.h"
#include "proxy/config/server_json.h"
#include "proxy/tools/agent_config.h"

namespace proxy::tools {
namespace {

using config::Config;
using config::Edit;
using config::ServerConfig;
using config::StartupMode;

Config parsed(std::string_view text) {
  auto config = config::config_or_error(config::parse(text));
  if (!config) FAIL(text);
  return *std::move(config);
}

// The text after the edit; nothing when the daemon would refuse it, whoever asked.
std::optional<std::string> edited(std::string_view text, const Edit& edit) {
  auto next = config::apply_edit(text, edit);
  if (!next || !config::parse(*next).config) return std::nullopt;
  return *std::move(next);
}

// A configuration with people and an agent at it: what the daemon does, on one text.
struct World {
  explicit World(std::string_view first) : text(first) {}

  Config config() const { return parsed(text); }
  const AgentMark* mark(std::string_view server) const {
    const Config now = config();
    const ServerConfig* found = now.find_server(server);
    return found == nullptr ? nullptr : marks.find(now, *found);
  }

  bool agent(const Edit& edit) {
    const auto next = edited(text, edit);
    if (!next) return false;
    const Config before = config();
    const Config after = parsed(*next);
    if (!agent_may(before, after, marks)) return false;
    marks.apply(marks.after_agent(before, after));
    text = *next;
    return true;
  }
  // As the daemon makes the patch of an agent safe.
  bool agent_patch(const std::string& server, const std::string& patch) {
    const Config before = config();
    const ServerConfig* current = before.find_server(server);
    if (current == nullptr) return false;
    const auto next = config::patched_server(*current, patch);
    if (!next) return false;
    const bool quarantines = needs_quarantine(*current, *next);
    const auto safe = quarantines ? quarantining_patch(patch) : base::Result<std::string>(patch);
    return safe.ok() && agent(config::PatchServer{server, *safe, {}});
  }
  bool person(const Edit& edit) {
    marks.apply(marks.undone_by(decided_by(std::vector<Edit>{edit})));
    const auto next = edited(text, edit);
    if (!next) return false;
    text = *next;
    marks.apply(marks.outdated(config()));
    return true;
  }

  std::string text;
  AgentMarks marks;
};

constexpr std::string_view kText = R"({
  "call_tool_timeout": "60s", "connect_timeout": "30s", "auto_disable_threshold": 3,
  "mcpServers": {
    "a": {"command": "run", "disabled_tools": ["wipe"], "groups": ["g"], "call_timeout": "20s",
          "max_concurrent_requests": 4, "queue_size": 8, "idle_timeout": "5m"},
    "b": {"command": "run", "enabled_tools": ["read", "list"]},
    "off": {"command": "run", "startup_mode": "disabled"},
    "held": {"command": "run", "startup_mode": "quarantined"},
    "never": {"command": "run", "auto_disable_threshold": 0}
  },
  "groups": [{"name": "g", "id": 7}, {"name": "shut", "enabled": false}]
})";

Edit mode(const char* server, StartupMode wanted) {
  return config::SetServerMode{{server}, wanted};
}

struct PatchCase {
  const char* server;
  const char* patch;
};

TEST_CASE("what narrows is free", "[agents]") {
  for (const PatchCase& one : {
           PatchCase{"a", R"({"disabled_tools":["wipe","read"]})"},
           PatchCase{"a", R"({"enabled_tools":["read"],"disabled_tools":null})"},
           PatchCase{"a", R"({"enabled_tools":[],"disabled_tools":[]})"},
           PatchCase{"b", R"({"enabled_tools":["read"]})"},
           PatchCase{"b", R"({"enabled_tools":[]})"},
           PatchCase{"a", R"({"call_timeout":"10s"})"},
           PatchCase{"b", R"({"call_timeout":"59s"})"},
           PatchCase{"b", R"({"init_timeout":"5s"})"},
           PatchCase{"b", R"({"idle_timeout":"1m"})"},
           PatchCase{"a", R"({"max_concurrent_requests":1,"queue_size":0})"},
           PatchCase{"b", R"({"max_concurrent_requests":1,"queue_size":256})"},
           PatchCase{"b", R"({"auto_disable_threshold":2})"},
           PatchCase{"never", R"({"auto_disable_threshold":1000})"},
           PatchCase{"never", R"({"auto_disable_threshold":null})"},
       }) {
    CAPTURE(one.server, one.patch);
    World world{kText};
    CHECK(world.agent_patch(one.server, one.patch));
    CHECK(config::may_run(world.config().find_server(one.server)->startup_mode));
  }
  World world{kText};
  CHECK(world.agent(mode("a", StartupMode::disabled)));
  CHECK(world.agent(mode("b", StartupMode::quarantined)));
  CHECK(world.agent(config::SetGroupEnabled{"g", false}));
}

TEST_CASE("what widens is refused, whatever it is called and also by a default", "[agents]") {
  for (const PatchCase& one : {
           PatchCase{"a", R"({"disabled_tools":[]})"},
           PatchCase{"a", R"({"disabled_tools":null})"},
           PatchCase{"a", R"({"disabled_tools":["Wipe"]})"},
           PatchCase{"a", R"({"disabled_tools":["wipe "]})"},
           PatchCase{"a", R"({"enabled_tools":["wipe"],"disabled_tools":null})"},
           PatchCase{"b", R"({"enabled_tools":null})"},
           PatchCase{"b", R"({"enabled_tools":null,"disabled_tools":["x"]})"},
           PatchCase{"b", R"({"enabled_tools":["read","write"]})"},
           PatchCase{"a", R"({"call_timeout":"21s"})"},
           PatchCase{"a", R"({"call_timeout":null})"},
           PatchCase{"b", R"({"connect_timeout":"31s"})"},
           PatchCase{"b", R"({"connection_timeout":"31s"})"},
           PatchCase{"b", R"({"init_timeout":"31s"})"},
           PatchCase{"a", R"({"idle_timeout":"6m"})"},
           PatchCase{"a", R"({"idle_timeout":"0s"})"},
           PatchCase{"a", R"({"idle_timeout":null})"},
           PatchCase{"a", R"({"max_concurrent_requests":5})"},
           PatchCase{"a", R"({"max_concurrent_requests":null})"},
           PatchCase{"a", R"({"queue_size":9})"},
           PatchCase{"a", R"({"queue_size":null})"},
           PatchCase{"b", R"({"auto_disable_threshold":4})"},
           PatchCase{"b", R"({"auto_disable_threshold":0})"},
           PatchCase{"b", R"({"health_check":false})"},
           PatchCase{"b", R"({"health_check_interval":"1h"})"},
           PatchCase{"b", R"({"groups":["g"]})"},
           PatchCase{"b", R"({"group_name":"g"})"},
           PatchCase{"a", R"({"groups":[]})"},
           PatchCase{"a", R"({"groups":["shut"]})"},
           PatchCase{"held", R"({"disabled_tools":["x"],"call_timeout":"2m"})"},
           // The rest of a patch is no less refused when something of it quarantines.
           PatchCase{"a", R"({"command":"other","disabled_tools":[]})"},
       }) {
    CAPTURE(one.server, one.patch);
    World world{kText};
    CHECK_FALSE(world.agent_patch(one.server, one.patch));
    CHECK(world.text == kText);
  }
  World world{kText};
  CHECK_FALSE(world.agent(mode("off", StartupMode::active)));
  CHECK_FALSE(world.agent(mode("off", StartupMode::quarantined)));
  // To approve what became of it would enable it.
  CHECK_FALSE(world.agent_patch("off", R"({"description":"x"})"));
  CHECK_FALSE(world.agent_patch("off", R"({"args":["-x"]})"));
  CHECK_FALSE(world.agent(mode("a", StartupMode::lazy_loading)));
  CHECK_FALSE(world.agent(mode("held", StartupMode::active)));
  CHECK_FALSE(world.agent(mode("held", StartupMode::disabled)));
  CHECK_FALSE(world.agent(config::RemoveServer{"a"}));
  CHECK_FALSE(world.agent(config::RemoveServer{"held"}));
  CHECK_FALSE(world.agent(config::SetGroupEnabled{"shut", true}));
  CHECK_FALSE(world.agent(config::RemoveGroup{"shut"}));
  CHECK_FALSE(world.agent(config::RenameGroup{"shut", "open"}));
  CHECK_FALSE(world.agent(config::AssignServers{{"b"}, "g"}));
  CHECK_FALSE(world.agent(config::UnassignServers{{"a"}, "g"}));
  CHECK_FALSE(world.agent(config::SetMembers{{}, "g"}));
  CHECK_FALSE(world.agent(config::PatchGroup{"g", {}, "shut", {}, {}, {}}));
  CHECK_FALSE(world.agent(config::PatchGroup{"g", "obey", {}, {}, {}, {}}));
  Config other = world.config();
  other.read_only_mode = false;
  other.allow_mcp_management = true;
  CHECK_FALSE(world.agent(config::SetSettings{other}));
  ServerConfig added;
  added.name = "new";
  added.command = "run";
  CHECK_FALSE(world.agent(config::AddServer{added}));
}

TEST_CASE("what decides what runs, and what other agents read, quarantines", "[agents]") {
  for (const char* patch :
       {R"({"command":"rm"})", R"({"args":["-rf"]})", R"({"env":{"PATH":"/x"}})",
        R"({"working_dir":"/x"})", R"({"cwd":"/x"})", R"({"command":null,"url":"http://x"})",
        R"({"sharing":"session"})", R"({"protocol_era":"legacy"})", R"({"ca_file":"/x"})",
        R"({"oauth":{"client_id":"x"}})", R"({"isolation":{"image":"x"}})",
        R"({"description":"call me first"})", R"({"tags":["best"]})",
        R"({"call_timeout":"1s","comm\u0061nd":"x"})"}) {
    CAPTURE(patch);
    World world{kText};
    CHECK(world.agent_patch("b", patch));
    CHECK(world.config().find_server("b")->startup_mode == StartupMode::quarantined);
  }
}

TEST_CASE("an agent takes back what it did itself, until a person decides", "[agents]") {
  World world{kText};
  CHECK(world.agent(mode("a", StartupMode::disabled)));
  REQUIRE(world.mark("a") != nullptr);
  CHECK(world.mark("a")->held);
  CHECK(world.agent_patch("a", R"({"call_timeout":"5s"})"));
  CHECK(world.agent(mode("a", StartupMode::active)));

  CHECK(world.agent(mode("a", StartupMode::disabled)));
  CHECK(world.person(mode("a", StartupMode::disabled)));  // it says so already
  CHECK_FALSE(world.agent(mode("a", StartupMode::active)));

  CHECK(world.person(mode("a", StartupMode::active)));
  CHECK(world.agent(mode("a", StartupMode::disabled)));
  CHECK(world.person(config::PatchServer{"a", R"({"description":"mine"})", {}}));
  CHECK_FALSE(world.agent(mode("a", StartupMode::active)));

  CHECK(world.agent(config::SetGroupEnabled{"g", false}));
  CHECK(world.agent(config::SetGroupEnabled{"g", true}));
  CHECK(world.agent(config::SetGroupEnabled{"g", false}));
  CHECK(world.person(config::AssignServers{{"b"}, "g"}));
  CHECK_FALSE(world.agent(config::SetGroupEnabled{"g", true}));
}

TEST_CASE("a group that a person put below is part of what an agent holds", "[agents]") {
  World world{kText};
  CHECK(world.agent(config::SetGroupEnabled{"g", false}));
  CHECK(world.person(config::PatchGroup{"shut", {}, "g", {}, true, {}}));
  CHECK_FALSE(world.agent(config::SetGroupEnabled{"g", true}));
}

TEST_CASE("to disable what a person disabled makes it no agent's", "[agents]") {
  World world{kText};
  CHECK(world.agent(mode("off", StartupMode::disabled)));
  CHECK_FALSE(world.agent(mode("off", StartupMode::active)));
  CHECK(world.agent_patch("off", R"({"call_timeout":"5s"})"));
  CHECK_FALSE(world.agent(mode("off", StartupMode::active)));
}

TEST_CASE("what an agent added is its own until a person approves it", "[agents]") {
  ServerConfig added;
  added.name = "new";
  added.command = "run";
  added.startup_mode = StartupMode::quarantined;
  World world{kText};
  CHECK(world.agent(config::AddServer{added}));
  CHECK(world.agent_patch("new", R"({"call_timeout":"10m","command":"other"})"));
  CHECK(world.config().find_server("new")->startup_mode == StartupMode::quarantined);
  CHECK(world.agent(config::RemoveServer{"new"}));
  CHECK(world.agent(config::AddServer{added}));
  CHECK(world.person(mode("new", StartupMode::active)));
  CHECK_FALSE(world.agent(config::RemoveServer{"new"}));
  CHECK(world.agent(mode("new", StartupMode::quarantined)));
  CHECK_FALSE(world.agent(config::RemoveServer{"new"}));

  config::GroupConfig group;
  group.name = "mine";
  CHECK(world.agent(config::AddGroup{group}));
  CHECK(world.agent(config::PatchGroup{"mine", "text", "shut", {}, {}, {}}));
  CHECK(world.person(config::AssignServers{{"b"}, "mine"}));
  CHECK_FALSE(world.agent(config::PatchGroup{"mine", {}, "", {}, {}, {}}));
  CHECK_FALSE(world.agent(config::RemoveGroup{"mine"}));
}

TEST_CASE("a mark that the configuration does not agree with says nothing", "[agents]") {
  World world{kText};
  CHECK(world.agent(mode("a", StartupMode::disabled)));
  const AgentMarks kept = world.marks;
  CHECK(world.person(mode("a", StartupMode::active)));
  world.marks = kept;  // as after a crash before it was erased
  CHECK(world.marks.outdated(world.config()).size() == 1);
  CHECK(world.mark("a") == nullptr);
}

// --- whatever people and agents do in turn, an agent never gives more than people gave

// What a server lets through: that it runs, which tools of a known few, and its limits.
struct Permission {
  bool runs = false;
  std::set<std::string> tools;
  config::Duration call_timeout{};
  std::uint64_t requests = 0;
};

const std::vector<std::string> kTools{"read", "list", "wipe"};

Permission permission_of(const Config& config, const ServerConfig& server) {
  Permission out;
  out.runs = config::may_run(config::effective_mode(config, server).mode);
  for (const std::string& tool : kTools) {
    const auto in = [&](const std::vector<std::string>& names) {
      return std::ranges::find(names, tool) != names.end();
    };
    if (server.enabled_tools ? in(*server.enabled_tools) : !in(server.disabled_tools)) {
      out.tools.insert(tool);
    }
  }
  out.call_timeout = config::call_timeout_of(config, server);
  out.requests = server.max_concurrent_requests.value_or(1'000'000);
  return out;
}

bool within(const Permission& some, const Permission& all) {
  if (!some.runs) return true;
  return all.runs && std::ranges::includes(all.tools, some.tools) &&
         some.call_timeout <= all.call_timeout && some.requests <= all.requests;
}

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t end) { return random_() % end; }
  template <class List>
  const auto& of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::mt19937 random_;
};

constexpr std::array kServers{"a", "b", "off", "held", "new"};
constexpr std::array kGroups{"g", "shut", "mine"};
constexpr std::array kPatches{
    R"({"disabled_tools":[],"enabled_tools":null})",
    R"({"disabled_tools":["wipe"],"enabled_tools":null})",
    R"({"disabled_tools":["wipe","read"],"enabled_tools":null})",
    R"({"enabled_tools":["read"],"disabled_tools":null})",
    R"({"enabled_tools":["read","wipe"],"disabled_tools":null})",
    R"({"call_timeout":"5s"})",
    R"({"call_timeout":"50s"})",
    R"({"call_timeout":null})",
    R"({"max_concurrent_requests":2})",
    R"({"max_concurrent_requests":null})",
    R"({"groups":["g"]})",
    R"({"groups":[]})",
    R"({"command":"other"})",
    R"({"description":"x"})",
};

Edit some_edit(Dice& dice) {
  const std::string server = dice.of(kServers);
  const std::string group = dice.of(kGroups);
  const std::string above = dice.of(kGroups);
  ServerConfig added;
  added.name = "new";
  added.command = "run";
  added.startup_mode = StartupMode::quarantined;
  config::GroupConfig new_group;
  new_group.name = "mine";
  switch (dice.below(18)) {
    case 0:
      return config::RemoveServer{server};
    case 1:
      return config::AddServer{added};
    case 2:
      return config::AddGroup{new_group};
    case 3:
      return config::RemoveGroup{group};
    case 4:
      return config::PatchGroup{group, {}, above == group ? "" : above, {}, {}, {}};
    case 5:
      return config::AssignServers{{server}, group};
    case 6:
      return config::UnassignServers{{server}, group};
    case 7:
      return config::RenameGroup{group, above};
    case 8:
    case 9:
      return config::SetGroupEnabled{group, dice.below(2) == 0};
    default:
      return config::SetServerMode{
          {server},
          dice.of(std::array{StartupMode::active, StartupMode::disabled, StartupMode::disabled,
                             StartupMode::quarantined})};
  }
}

// What a person approves they have seen, whoever wrote it.
void take_over(std::string& people, const std::string& text, const std::string& server) {
  const Config now = parsed(text);
  const ServerConfig* seen = now.find_server(server);
  if (seen == nullptr) return;
  const Config theirs = parsed(people);
  ServerConfig copy = *seen;
  std::erase_if(copy.groups,
                [&](const std::string& group) { return theirs.find_group(group) == nullptr; });
  const Edit edit = theirs.find_server(server) == nullptr ? Edit{config::AddServer{copy}}
                                                          : Edit{config::UpdateServer{copy}};
  if (auto next = edited(people, edit)) people = *next;
}

TEST_CASE("an agent never gives more than people gave, in any order of acts", "[agents]") {
  std::size_t agents_done = 0;
  std::size_t undone = 0;
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    Dice dice(seed);
    World world{kText};
    std::string people{kText};  // as if the agent had done nothing
    for (int step = 0; step < 40; ++step) {
      const bool patches = dice.below(2) == 0;
      const std::string server = dice.of(kServers);
      const std::string patch = dice.of(kPatches);
      const Edit edit = patches ? Edit{config::PatchServer{server, patch, {}}} : some_edit(dice);
      if (dice.below(3) > 0) {
        const Config before = world.config();
        const bool done = patches ? world.agent_patch(server, patch) : world.agent(edit);
        agents_done += done ? 1 : 0;
        if (dice.below(4) == 0) {
          for (const char* name : kServers) (void)world.agent(mode(name, StartupMode::active));
        }
        const Config after = world.config();
        for (const ServerConfig& now : after.servers) {
          const ServerConfig* was = before.find_server(now.name);
          if (was == nullptr) continue;
          const bool ran = permission_of(before, *was).runs;
          undone += !ran && permission_of(after, now).runs ? 1 : 0;
        }
      } else if (world.person(edit)) {
        if (auto next = edited(people, edit)) people = *next;
        const auto* set = std::get_if<config::SetServerMode>(&edit);
        if (set != nullptr && config::may_run(set->mode)) {
          take_over(people, world.text, set->servers.front());
        }
        if (const auto* assigned = std::get_if<config::PatchServer>(&edit)) {
          const ServerConfig* own = parsed(people).find_server(assigned->server);
          if (own == nullptr) take_over(people, world.text, assigned->server);
        }
      }
      const Config now = world.config();
      const Config theirs = parsed(people);
      for (const ServerConfig& running : now.servers) {
        const ServerConfig* given = theirs.find_server(running.name);
        const Permission has = permission_of(now, running);
        const Permission may = given == nullptr ? Permission{} : permission_of(theirs, *given);
        if (within(has, may)) continue;
        CAPTURE(seed, step, running.name, world.text, people);
        FAIL("more than people gave");
      }
    }
  }
  CHECK(agents_done > 100);  // the rule is not that agents do nothing
  CHECK(undone > 3);         // nor that they undo nothing
}

}  // namespace
}  // namespace proxy::tools
