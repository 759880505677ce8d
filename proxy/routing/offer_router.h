// From the name of a prompt or the URI of a resource, as it stands in a view, to the upstream that
// has it, or to an error the client can act on. Pure functions over the catalog.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "proxy/catalog/catalog.h"
#include "proxy/catalog/view.h"

namespace proxy::routing {

// Where a request goes, and what the upstream itself calls the thing.
struct PromptRoute {
  upstream::UpstreamId upstream = 0;
  std::string_view name;  // a view into the name given, or the catalog
};
struct ResourceRoute {
  upstream::UpstreamId upstream = 0;
  std::string uri;
};

// Errors: not_found with the nearest names.
base::Result<PromptRoute> route_prompt(const catalog::Catalog& catalog, const catalog::View& view,
                                       std::string_view name);

// In a view of one server any URI is that server's. Else it is one that the catalog shows, or the
// server's own where that is clear. Errors: not_found with the nearest URIs, conflict when it
// may be of several servers.
base::Result<ResourceRoute> route_uri(const catalog::Catalog& catalog, const catalog::View& view,
                                      std::string_view uri);
// The same for the `uri` of a ref/resource: the text of a template, or a URI.
base::Result<ResourceRoute> route_reference(const catalog::Catalog& catalog,
                                            const catalog::View& view, std::string_view uri);

}  // namespace proxy::routing
