// From the name an agent used to the tool that is meant, or to an error it can act on. Pure
// functions over the catalog.
#pragma once
#include <optional>
#include <string_view>

#include "base/result.h"
#include "proxy/catalog/catalog.h"
#include "proxy/catalog/view.h"
#include "upstream/fleet/fleet.h"

namespace proxy::routing {

// Where a call goes. `tool` is null when the upstream has never been listed: then the name is
// passed on, and the worst is assumed of it.
struct Route {
  upstream::UpstreamId upstream = 0;
  std::string_view tool_name;  // the upstream's own; a view into the id given, or the catalog
  const catalog::Tool* tool = nullptr;
};

// By "server:tool", or by flat name when there is no colon. Errors: not_found with the nearest
// names.
base::Result<Route> route(const catalog::Catalog& catalog, const upstream::Fleet& fleet,
                          std::string_view id);
// By the name a tool has in a view; not_found also for tools outside of its scope.
base::Result<Route> route_in(const catalog::Catalog& catalog, const catalog::View& view,
                             std::string_view name);

// The same error for a server that does not exist, with the nearest names.
base::Error unknown_server(const upstream::Fleet& fleet, std::string_view name);

}  // namespace proxy::routing
