#include "proxy/routing/router.h"

#include "base/nearest.h"

namespace proxy::routing {
namespace {

constexpr std::size_t kSuggestionsMax = 3;
constexpr std::size_t kNamesListedMax = 40;
constexpr std::size_t kShownBytesMax = 120;  // of a name that is echoed back

std::string_view shown(std::string_view name) {
  return name.substr(0, kShownBytesMax);
}

base::Error unknown_tool(const catalog::ServerCatalog& server, std::string_view tool) {
  std::vector<std::string_view> names;
  for (const catalog::Tool& candidate : server.tools()) names.push_back(candidate.name);
  std::vector<std::string> near = base::nearest(tool, names, kSuggestionsMax);
  for (std::string& name : near) name = server.server() + ":" + name;
  return {base::ErrorCode::not_found,
          fmt::format("server {} has no tool {}.{}", server.server(), shown(tool),
                      base::did_you_mean(near)),
          "search for it (retrieve_tools, mcptrunk tools search), and use an id from the answer"};
}

// Of a server that was never listed: nothing is known of its tools but which are not wanted.
base::Error unwanted_tool(std::string_view tool) {
  return {base::ErrorCode::not_found,
          fmt::format("the configuration does not let tool {} of the server through", shown(tool)),
          "see enabled_tools and disabled_tools of the server's configuration"};
}

base::Error unknown_in(const catalog::Catalog& catalog, const catalog::View& view,
                       std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& [server, id] : catalog.servers()) {
    if (!catalog.visible(id) || !view.scope.contains(id)) continue;
    for (const catalog::Tool& tool : catalog.server(id)->tools()) {
      names.push_back(view.naming == catalog::Naming::own ? tool.name : tool.flat_name);
    }
  }
  const std::vector<std::string> near = base::nearest(name, names, kSuggestionsMax);
  return {base::ErrorCode::not_found,
          fmt::format("there is no tool {}.{}", shown(name), base::did_you_mean(near)),
          "list the tools again, and use a name from the list; an id is server:tool"};
}

}  // namespace

base::Error unknown_server(const upstream::Fleet& fleet, std::string_view name) {
  std::vector<std::string_view> names;
  for (upstream::UpstreamId id = 0; id < fleet.size(); ++id) {
    if (const auto view = fleet.view(id)) names.push_back(view->spec->name);
  }
  const std::vector<std::string> near = base::nearest(name, names, kSuggestionsMax);
  return {base::ErrorCode::not_found,
          fmt::format("there is no server {}.{}", shown(name), base::did_you_mean(near)),
          names.empty() ? std::string("none is configured")
                        : fmt::format("the servers are: {}",
                                      base::some_of(std::move(names), kNamesListedMax))};
}

base::Result<Route> route(const catalog::Catalog& catalog, const upstream::Fleet& fleet,
                          std::string_view id) {
  const std::size_t colon = id.find(':');
  if (colon == std::string_view::npos) return route_in(catalog, catalog::View{}, id);
  const std::string_view server = id.substr(0, colon);
  const std::string_view tool = id.substr(colon + 1);
  if (const auto target = catalog.find(server, tool)) {
    return Route{target->upstream, target->tool->name, target->tool};
  }
  const auto upstream = fleet.find(server);
  if (!upstream) return unknown_server(fleet, server);
  const catalog::ServerCatalog* known = catalog.server(*upstream);
  if (known != nullptr) return unknown_tool(*known, tool);
  if (tool.empty()) {
    return base::Error{base::ErrorCode::invalid_argument,
                       fmt::format("the id {} names no tool", shown(id)),
                       "write it as server:tool"};
  }
  if (!catalog.wants(*upstream, tool)) return unwanted_tool(tool);
  return Route{*upstream, tool, nullptr};
}

base::Result<Route> route_in(const catalog::Catalog& catalog, const catalog::View& view,
                             std::string_view name) {
  if (view.naming == catalog::Naming::own) {
    const catalog::ServerCatalog* known = catalog.server(view.only);
    if (known == nullptr) {
      if (!catalog.wants(view.only, name)) return unwanted_tool(name);
      return Route{view.only, name, nullptr};
    }
    const catalog::Tool* tool = known->find(name);
    if (tool != nullptr) return Route{view.only, tool->name, tool};
  } else if (const auto target = catalog.find_flat(name);
             target && view.scope.contains(target->upstream)) {
    return Route{target->upstream, target->tool->name, target->tool};
  }
  return unknown_in(catalog, view, name);
}

}  // namespace proxy::routing
