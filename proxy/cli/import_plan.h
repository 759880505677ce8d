// What `mcptrunk config import` found, and what it makes of it. Values and pure functions.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "proxy/cli/table.h"
#include "proxy/config/import.h"

namespace proxy::cli {

// fresh: to be added. exists: the daemon has one of this name. unusable: it cannot be added.
enum class ImportStatus : std::uint8_t { fresh, exists, unusable, added, failed };
std::string_view to_string(ImportStatus status);

struct PlannedServer {
  config::ImportedServer found;
  std::string file;
  ImportStatus status = ImportStatus::fresh;
  base::Error error{};  // of those that are unusable or have failed
};

struct ImportPlan {
  std::vector<std::string> files;  // that were read
  std::vector<PlannedServer> servers;
  std::vector<config::GroupConfig> groups;  // that the servers name, each once
  std::vector<std::string> passed_over;     // names of servers that were not chosen
  bool applied = false;
};

struct ImportChoice {
  bool quarantine = true;
  std::vector<std::string> only;    // names; empty: all
  std::vector<std::string> groups;  // that every server joins besides
};

// Takes what a file holds into the plan; `known` are the names the daemon has.
void add_to_plan(ImportPlan& plan, const std::string& file, config::ForeignConfig found,
                 const ImportChoice& choice, const std::set<std::string, std::less<>>& known);

// Names of the choice that no server had: with those that there are. Errors: not_found.
base::Result<void> all_found(const ImportPlan& plan, const ImportChoice& choice);

std::string render_plan(const ImportPlan& plan, const Screen& screen);
std::string plan_json(const ImportPlan& plan);

}  // namespace proxy::cli
