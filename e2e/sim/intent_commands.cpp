// What operators and editors do to a configuration.
#include <fmt/format.h>

#include <algorithm>

#include "intent_world.h"
#include "proxy/config/edit.h"
#include "proxy/config/groups.h"
#include "proxy/config/parser.h"

namespace sim {

using namespace proxy::config;  // NOLINT(google-build-using-namespace): all of it is edits

namespace {

constexpr std::uint64_t kNames = 8;

std::string some_server(base::Random& random) {
  return fmt::format("s{}", random.below(kNames));
}
std::string some_group(base::Random& random) {
  return fmt::format("g{}", random.below(kNames));
}

StartupMode some_mode(base::Random& random) {
  constexpr std::array kModes{StartupMode::active, StartupMode::lazy_loading, StartupMode::disabled,
                              StartupMode::quarantined};
  return kModes[random.below(kModes.size())];
}

bool in_group(const Config& config, const std::string& server, const std::string& group) {
  const ServerConfig* found = config.find_server(server);
  return found != nullptr && std::ranges::find(found->groups, group) != found->groups.end();
}

Command set_mode(base::Random& random) {
  const std::string name = some_server(random);
  const StartupMode mode = some_mode(random);
  return {fmt::format("{} becomes {}", name, to_string(mode)),
          {SetServerMode{{name}, mode}},
          [=](const Config& config) {
            const ServerConfig* found = config.find_server(name);
            return found != nullptr && found->startup_mode == mode;
          }};
}

Command switch_group(base::Random& random) {
  const std::string name = some_group(random);
  const bool enabled = random.below(2) == 0;
  return {fmt::format("{} {}", enabled ? "enable" : "disable", name),
          {SetGroupEnabled{name, enabled}},
          [=](const Config& config) {
            const GroupConfig* found = config.find_group(name);
            return found != nullptr && found->enabled == enabled;
          }};
}

Command add_server(base::Random& random) {
  ServerConfig server;
  server.name = some_server(random);
  server.command = fmt::format("run-{}", random.below(1000));
  server.startup_mode = some_mode(random);
  return {"add " + server.name, {AddServer{server}}, [=](const Config& config) {
            const ServerConfig* found = config.find_server(server.name);
            return found != nullptr && *found == server;
          }};
}

Command remove_server(base::Random& random) {
  const std::string name = some_server(random);
  return {"remove " + name, {RemoveServer{name}}, [=](const Config& config) {
            return config.find_server(name) == nullptr;
          }};
}

Command add_group(base::Random& random, const Config& config) {
  GroupConfig group;
  group.name = some_group(random);
  const std::string parent = some_group(random);
  if (config.find_group(parent) != nullptr) group.parent = parent;
  return {fmt::format("add group {} below {}", group.name, group.parent),
          {AddGroup{group}},
          [=](const Config& now) {
            const GroupConfig* found = now.find_group(group.name);
            return found != nullptr && found->parent == group.parent;
          }};
}

Command remove_group(base::Random& random) {
  const std::string name = some_group(random);
  return {"remove group " + name, {RemoveGroup{name}}, [=](const Config& config) {
            return config.find_group(name) == nullptr &&
                   members_of(config, name, Reach::direct).empty();
          }};
}

Command rename_group(base::Random& random, const Config& config) {
  const std::string from = some_group(random);
  const std::string to = some_group(random);
  const auto members = members_of(config, from, Reach::direct);
  return {fmt::format("rename group {} to {}", from, to),
          {RenameGroup{from, to}},
          [=](const Config& now) {
            return from == to || (now.find_group(from) == nullptr && now.find_group(to) != nullptr);
          }};
}

Command assign(base::Random& random, bool assigned) {
  const std::string server = some_server(random);
  const std::string group = some_group(random);
  std::vector<Edit> edits;
  if (assigned) {
    edits.emplace_back(AssignServers{{server}, group});
  } else {
    edits.emplace_back(UnassignServers{{server}, group});
  }
  return {fmt::format("{} {} {}", assigned ? "assign" : "unassign", server, group),
          std::move(edits),
          [=](const Config& config) { return in_group(config, server, group) == assigned; }};
}

}  // namespace

Command random_command(base::Random& random, const Config& config) {
  switch (random.below(12)) {
    case 0:
      return add_server(random);
    case 1:
      return remove_server(random);
    case 2:
      return add_group(random, config);
    case 3:
      return remove_group(random);
    case 4:
      return rename_group(random, config);
    case 5:
    case 6:
      return assign(random, true);
    case 7:
      return assign(random, false);
    case 8:
    case 9:
      return switch_group(random);
    default:
      return set_mode(random);
  }
}

std::string edited(base::Random& random, const std::string& text) {
  if (random.below(10) == 0) return text.substr(0, random.below(text.size()));
  std::string next = text;
  const auto config = config_or_error(parse(text));
  if (config) {
    for (const Edit& edit : random_command(random, *config).edits) {
      if (auto changed = apply_edit(next, edit)) next = std::move(changed).value();
    }
  }
  return next + fmt::format("// saved {}\n", random.below(1'000'000));
}

}  // namespace sim
