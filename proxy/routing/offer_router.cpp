#include "proxy/routing/offer_router.h"

#include <algorithm>

#include "base/nearest.h"
#include "protocol/joined_uri.h"

namespace proxy::routing {
namespace {

using catalog::Catalog;
using catalog::Naming;
using catalog::ServerCatalog;
using catalog::View;
using upstream::UpstreamId;

constexpr std::size_t kSuggestionsMax = 3;
constexpr std::size_t kShownBytesMax = 120;  // of a name that is echoed back
constexpr std::string_view kListResources = "list the resources again, and use a URI from the list";

template <class Visit>
void each_server(const Catalog& catalog, const View& view, Visit visit) {
  for (const auto& [name, id] : catalog.servers()) {
    if (catalog.visible(id) && view.scope.contains(id)) visit(id, *catalog.server(id));
  }
}

base::Error unknown(std::string_view what, std::string_view name,
                    const std::vector<std::string>& near, std::string_view remedy) {
  return {base::ErrorCode::not_found,
          fmt::format("there is no {} {}.{}", what, name.substr(0, kShownBytesMax),
                      base::did_you_mean(near)),
          std::string(remedy)};
}

// What a URI or template is called that this view shows: by each of the servers that share it.
void add_shown(std::vector<std::string>& shown, const Catalog& catalog, const View& view,
               std::string_view uri) {
  const auto add = [&](std::string name) {
    if (shown.size() < kSuggestionsMax) shown.push_back(std::move(name));
  };
  const auto owners = catalog.owners_of_uri(uri, view.scope);
  for (const UpstreamId id : owners) add(catalog.shown_uri(id, uri));
  if (!owners.empty()) return;
  for (const UpstreamId id : catalog.owners_of_template(uri, view.scope)) {
    add(catalog.shown_template(id, uri));
  }
}

// A URI of the joined form whose server is not there: by those that have the resource, else with
// the nearest servers.
std::vector<std::string> near_joined(const Catalog& catalog, const View& view,
                                     const protocol::JoinedUri& joined) {
  std::vector<std::string> near;
  add_shown(near, catalog, view, joined.uri);
  if (!near.empty()) return near;
  std::vector<std::string_view> servers;
  each_server(catalog, view,
              [&](UpstreamId, const ServerCatalog& server) { servers.push_back(server.server()); });
  near = base::nearest(joined.server, servers, kSuggestionsMax);
  for (std::string& server : near) server = protocol::join_uri(server, joined.uri);
  return near;
}

base::Error unknown_uri(const Catalog& catalog, const View& view, std::string_view uri) {
  if (const auto joined = protocol::split_joined_uri(uri)) {
    return unknown("resource", uri, near_joined(catalog, view, *joined), kListResources);
  }
  std::vector<std::string_view> uris;
  each_server(catalog, view, [&](UpstreamId, const ServerCatalog& server) {
    for (const catalog::Resource& resource : server.resources()) uris.push_back(resource.uri);
    for (const catalog::Resource& entry : server.templates()) uris.push_back(entry.uri);
  });
  std::sort(uris.begin(), uris.end());
  uris.erase(std::unique(uris.begin(), uris.end()), uris.end());
  std::vector<std::string> near;
  for (const std::string& one : base::nearest(uri, uris, kSuggestionsMax)) {
    add_shown(near, catalog, view, one);
  }
  return unknown("resource", uri, near, kListResources);
}

// The client has to say which one it means: by the names that are good for ever.
base::Error of_several(const Catalog& catalog, std::string_view uri,
                       const std::vector<UpstreamId>& owners) {
  std::string candidates;
  for (std::size_t i = 0; i < owners.size() && i < kSuggestionsMax; ++i) {
    candidates += candidates.empty() ? "" : ", ";
    candidates += protocol::join_uri(catalog.server(owners[i])->server(), uri);
  }
  return {base::ErrorCode::conflict,
          fmt::format("{} may be of {} servers", uri.substr(0, kShownBytesMax), owners.size()),
          "name the server as well: " + candidates};
}

// A URI of the form mcptrunk://SERVER/..., if it is one of a server in the view.
std::optional<ResourceRoute> route_joined(const Catalog& catalog, const View& view,
                                          std::string_view uri) {
  const auto joined = protocol::split_joined_uri(uri);
  if (!joined) return std::nullopt;
  const auto found = catalog.servers().find(joined->server);
  if (found == catalog.servers().end() || !view.scope.contains(found->second)) return std::nullopt;
  return ResourceRoute{found->second, std::string(joined->uri)};
}

base::Result<ResourceRoute> route_to(const Catalog& catalog, const View& view, std::string_view uri,
                                     const std::vector<UpstreamId>& owners) {
  if (owners.empty()) return unknown_uri(catalog, view, uri);
  if (owners.size() > 1) return of_several(catalog, uri, owners);
  return ResourceRoute{owners.front(), std::string(uri)};
}

}  // namespace

base::Result<PromptRoute> route_prompt(const Catalog& catalog, const View& view,
                                       std::string_view name) {
  if (view.naming == Naming::own) {
    const ServerCatalog* known = catalog.server(view.only);
    if (known == nullptr) return PromptRoute{view.only, name};
    if (const catalog::Prompt* prompt = known->find_prompt(name)) {
      return PromptRoute{view.only, prompt->name};
    }
  } else if (const auto target = catalog.find_flat_prompt(name);
             target && view.scope.contains(target->upstream)) {
    return PromptRoute{target->upstream, target->prompt->name};
  }
  std::vector<std::string_view> names;
  each_server(catalog, view, [&](UpstreamId, const ServerCatalog& server) {
    for (const catalog::Prompt& prompt : server.prompts()) {
      names.push_back(view.naming == Naming::own ? prompt.name : prompt.flat_name);
    }
  });
  return unknown("prompt", name, base::nearest(name, names, kSuggestionsMax),
                 "list the prompts again, and use a name from the list");
}

base::Result<ResourceRoute> route_uri(const Catalog& catalog, const View& view,
                                      std::string_view uri) {
  if (view.naming == Naming::own) return ResourceRoute{view.only, std::string(uri)};
  if (auto joined = route_joined(catalog, view, uri)) return *std::move(joined);
  return route_to(catalog, view, uri, catalog.owners_of_uri(uri, view.scope));
}

base::Result<ResourceRoute> route_reference(const Catalog& catalog, const View& view,
                                            std::string_view uri) {
  if (view.naming == Naming::own) return ResourceRoute{view.only, std::string(uri)};
  if (auto joined = route_joined(catalog, view, uri)) return *std::move(joined);
  const auto owners = catalog.owners_of_template(uri, view.scope);
  if (!owners.empty()) return route_to(catalog, view, uri, owners);
  return route_to(catalog, view, uri, catalog.owners_of_uri(uri, view.scope));
}

}  // namespace proxy::routing
