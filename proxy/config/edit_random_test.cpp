// Random edits of the real file: the text that results reads as the configuration that was meant,
// and every comment that was not inside something removed is still there.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "proxy/config/edit.h"
#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

// The real file with a comment at the end of every line.
std::string commented_file() {
  std::ifstream in(std::string(MCPTRUNK_SOURCE_DIR) + "/configs/mcp_config.159.json");
  std::string out;
  std::string line;
  for (int i = 0; std::getline(in, line); ++i) {
    out += line + (i % 2 == 0 ? " // note" : " /* note */") + "\r\n";
  }
  return out;
}

std::size_t count_notes(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = text.find(" note"); at != std::string_view::npos;
       at = text.find(" note", at + 1)) {
    ++count;
  }
  return count;
}

// An edit, what it means for the values, and whether it takes text away.
struct Step {
  Edit edit;
  Config want;
  bool removes = false;
};

class Dice {
 public:
  explicit Dice(std::uint32_t seed) : random_(seed) {}
  std::size_t below(std::size_t count) { return random_() % count; }
  template <class T>
  T& one_of(std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937 random_;
};

void reparent(Config& config, const std::string& from, const std::string& to) {
  for (GroupConfig& group : config.groups) {
    if (group.parent == from) group.parent = to;
  }
}

Step server_step(const Config& config, Dice& dice, int number) {
  Step step{SetServerMode{}, config, false};
  ServerConfig& server = dice.one_of(step.want.servers);
  switch (dice.below(5)) {
    case 0: {
      set_mode(server, static_cast<StartupMode>(dice.below(4)));
      step.edit = SetServerMode{{server.name}, server.startup_mode};
      return step;
    }
    case 1: {
      ServerConfig added = server;
      added.name = fmt::format("added {}", number);
      step.edit = AddServer{added};
      step.want.servers.push_back(added);
      return step;
    }
    case 2: {
      const std::string name = server.name;
      step.edit = RemoveServer{name};
      std::erase_if(step.want.servers, [&](const ServerConfig& item) { return item.name == name; });
      step.removes = true;
      return step;
    }
    default: {
      server.description = fmt::format("changed \"{}\"", number);
      server.env["N"] = fmt::to_string(number);
      server.env.erase("SMITHERY_API_KEY");
      server.tags = {"t"};
      server.health_check = dice.below(2) == 0;
      server.connect_timeout = std::chrono::seconds(1 + dice.below(100));
      server.auto_disable_threshold.reset();
      set_mode(server, static_cast<StartupMode>(dice.below(4)));
      if (dice.below(2) == 0) server.groups = {dice.one_of(step.want.groups).name};
      step.edit = UpdateServer{server};
      step.removes = true;
      return step;
    }
  }
}

Step group_step(const Config& config, Dice& dice, int number) {
  Step step{SetServerMode{}, config, false};
  GroupConfig& group = dice.one_of(step.want.groups);
  ServerConfig& server = dice.one_of(step.want.servers);
  const std::string name = group.name;
  switch (dice.below(6)) {
    case 0:
      group.enabled = !group.enabled;
      step.edit = SetGroupEnabled{name, group.enabled};
      return step;
    case 1: {
      GroupConfig added;
      added.name = fmt::format("group {}", number);
      added.parent = name;
      step.edit = AddGroup{added};
      step.want.groups.push_back(added);
      return step;
    }
    case 2: {
      const std::string to = fmt::format("renamed {}", number);
      step.edit = RenameGroup{name, to};
      group.name = to;
      reparent(step.want, name, to);
      for (ServerConfig& item : step.want.servers) {
        std::replace(item.groups.begin(), item.groups.end(), name, to);
      }
      return step;
    }
    case 3: {
      if (step.want.groups.size() < 5) return group_step(config, dice, number);
      step.edit = RemoveGroup{name};
      reparent(step.want, name, std::string(group.parent));
      for (ServerConfig& item : step.want.servers) std::erase(item.groups, name);
      std::erase_if(step.want.groups, [&](const GroupConfig& item) { return item.name == name; });
      step.removes = true;
      return step;
    }
    case 4:
      step.edit = AssignServers{{server.name}, name};
      std::erase(server.groups, name);
      if (config.find_server(server.name)->groups != server.groups) {
        server.groups = config.find_server(server.name)->groups;
      } else {
        server.groups.push_back(name);
      }
      return step;
    default:
      step.edit = UnassignServers{{server.name}, name};
      step.removes = std::erase(server.groups, name) > 0;
      return step;
  }
}

TEST_CASE("random edits of the real file read back as what was meant", "[config][random]") {
  const std::uint32_t seed = Catch::rngSeed();
  CAPTURE(seed);
  Dice dice(seed);
  std::string text = commented_file();
  Config config = *parse(text).config;
  for (int number = 0; number < 20; ++number) {
    Step step =
        dice.below(2) == 0 ? server_step(config, dice, number) : group_step(config, dice, number);
    CAPTURE(number, step.edit.index());
    const base::Result<std::string> result = apply_edit(text, step.edit);
    if (!result) FAIL(base::one_line(result.error()));
    const ParseOutcome outcome = parse(*result);
    for (const Diagnostic& diagnostic : outcome.diagnostics) {
      if (diagnostic.message != kNoEffect) FAIL(one_line(diagnostic));
    }
    REQUIRE(*outcome.config == step.want);
    if (!step.removes) REQUIRE(count_notes(*result) == count_notes(text));
    text = *result;
    config = std::move(step.want);
  }
}

}  // namespace
}  // namespace proxy::config
