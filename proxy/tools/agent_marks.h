// What agents decided of servers and groups, as long as no person has decided after them. Whatever
// bears no mark is a person's. Pure.
//
// A mark knows the entry it was made for: when the entry reads otherwise, somebody else has written
// it, and the mark says nothing any more.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/config_file.h"
#include "proxy/config/content_hash.h"

namespace proxy::tools {

struct AgentMark {
  bool added = false;           // an agent made it
  bool held = false;            // an agent disabled or quarantined it, and it could run before
  config::ContentHash entry{};  // of the server; of the group with its subgroups and all members
  bool operator==(const AgentMark&) const = default;
};

enum class Marked : std::uint8_t { server, group };

// Which marks are to be set, and which to go.
struct MarkChange {
  Marked kind = Marked::server;
  std::string name;
  std::optional<AgentMark> mark;  // nothing: it goes
};

// What a change is about.
struct Decided {
  bool everything = false;
  std::set<std::string, std::less<>> servers;
  std::set<std::string, std::less<>> groups;
};
Decided decided_by(const config::Change& change);

class AgentMarks {
 public:
  // Null unless there is a mark that `config` still agrees with.
  const AgentMark* find(const config::Config& config, const config::ServerConfig& server) const;
  const AgentMark* find(const config::Config& config, const config::GroupConfig& group) const;

  // What an agent's change from one to the other means for the marks. Linear in what differs.
  std::vector<MarkChange> after_agent(const config::Config& before,
                                      const config::Config& after) const;
  // The marks that `config` does not agree with.
  std::vector<MarkChange> outdated(const config::Config& config) const;
  // The marks of what a person decided about, whatever came of it.
  std::vector<MarkChange> undone_by(const Decided& decided) const;

  // Held by an agent, as far as the marks follow the configuration.
  bool held(Marked kind, std::string_view name) const;

  void apply(const std::vector<MarkChange>& changes);

 private:
  using ByName = std::map<std::string, AgentMark, std::less<>>;
  ByName servers_;
  ByName groups_;
};

}  // namespace proxy::tools
