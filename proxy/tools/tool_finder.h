// retrieve_tools and describe_tool: what agents and people see of the tools that exist. Resource
// without state of its own.
//
// Ownership: the daemon's; catalog, index and fleet outlive it.
// Threads:   the loop thread.
// Cost:      one search of the index, and the JSON of the hits.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "proxy/catalog/catalog.h"
#include "proxy/tools/meta_arguments.h"
#include "search/tool_index.h"
#include "upstream/fleet/fleet.h"

namespace proxy::tools {

class ToolFinder {
 public:
  // The servers of a group, its subgroups' included; not_found when there is no such group.
  using GroupMembers = std::function<base::Result<search::ServerSet>(std::string_view group)>;

  ToolFinder(const catalog::Catalog& catalog, const search::ToolIndex& index,
             const upstream::Fleet& fleet, GroupMembers group_members)
      : catalog_(catalog), index_(index), fleet_(fleet), group_members_(std::move(group_members)) {}
  ToolFinder(const ToolFinder&) = delete;
  ToolFinder& operator=(const ToolFinder&) = delete;

  // {query,total,tools:[{id,server,name,description,signature|inputSchema,score,state,annotations,
  // call_with}]} as JSON. Errors: not_found for an unknown server or group.
  base::Result<std::string> retrieve(const RetrieveArguments& arguments,
                                     std::uint32_t default_limit) const;
  // {tools:[{id,server,name,state,call_with,definition}],unknown:[{id,error}]} as JSON.
  std::string describe(const DescribeArguments& arguments) const;

  // Writes the members of one tool that every listing shows: id, server, name, state, call_with.
  // Into an open object.
  void write_identity(base::JsonWriter& json, const catalog::ServerCatalog& server,
                      const catalog::Tool& tool) const;

 private:
  void write_hit(base::JsonWriter& json, const search::Hit& hit,
                 const RetrieveArguments& arguments) const;

  const catalog::Catalog& catalog_;
  const search::ToolIndex& index_;
  const upstream::Fleet& fleet_;
  GroupMembers group_members_;
};

}  // namespace proxy::tools
