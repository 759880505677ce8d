#include "proxy/downstream/surfaces.h"

#include "base/nearest.h"
#include "proxy/config/groups.h"
#include "proxy/http/percent.h"
#include "proxy/routing/router.h"

namespace proxy::downstream {
namespace {

using catalog::Naming;
using catalog::Scope;
using catalog::View;

constexpr std::size_t kSuggestionsMax = 3;
constexpr std::size_t kShownBytesMax = 100;  // of a name that is echoed back

constexpr std::string_view kMetaInstructions =
    "Many servers stand behind this one. Find a tool with retrieve_tools, in plain words; then "
    "call "
    "it with the tool that its call_with names, passing its id and its arguments.";

ToolAccess access_of(config::RoutingMode mode) {
  return mode == config::RoutingMode::direct ? ToolAccess::direct : ToolAccess::meta;
}

}  // namespace

Surfaces::Surfaces(catalog::Catalog& catalog, const upstream::Fleet& fleet)
    : catalog_(catalog),
      fleet_(fleet),
      mcp_(std::make_shared<Surface>(catalog, Endpoint::mcp, "")),
      call_(std::make_shared<Surface>(catalog, Endpoint::call, "")),
      all_(std::make_shared<Surface>(catalog, Endpoint::all, "")) {
  call_->tools = ToolAccess::meta;
}

std::optional<View> Surfaces::view_of(Endpoint endpoint, std::string_view name) const {
  if (endpoint == Endpoint::server) {
    const auto id = fleet_.find(name);
    if (!id) return std::nullopt;
    return View{Scope::of({*id}), Naming::own, *id};
  }
  if (config_->find_group(name) == nullptr) return std::nullopt;
  std::vector<upstream::UpstreamId> members;
  for (const std::string& member :
       config::members_of(*config_, name, config::Reach::with_subgroups)) {
    if (const auto id = fleet_.find(member)) members.push_back(*id);
  }
  return View{Scope::of(std::move(members)), Naming::flat};
}

base::Error Surfaces::unknown(Endpoint endpoint, std::string_view name) const {
  if (endpoint == Endpoint::server) return routing::unknown_server(fleet_, name);
  std::vector<std::string_view> names;
  for (const config::GroupConfig& group : config_->groups) names.push_back(group.name);
  return {base::ErrorCode::not_found,
          fmt::format("there is no group {}.{}", name.substr(0, kShownBytesMax),
                      base::did_you_mean(base::nearest(name, names, kSuggestionsMax))),
          "see the groups that exist with: mcptrunk groups list"};
}

void Surfaces::follow(ByName& surfaces, SurfaceChanges& changes) {
  for (auto at = surfaces.begin(); at != surfaces.end();) {
    Surface& surface = *at->second;
    auto view = view_of(surface.endpoint, surface.name);
    if (!view) {
      changes.removed.push_back(std::move(at->second));
      at = surfaces.erase(at);
      continue;
    }
    if (view->scope != surface.view.scope) {
      surface.view = *std::move(view);
      changes.changed.push_back(at->second);
    }
    ++at;
  }
}

SurfaceChanges Surfaces::set_config(std::shared_ptr<const config::Config> config) {
  config_ = std::move(config);
  SurfaceChanges changes;
  const ToolAccess access = access_of(config_->routing_mode);
  if (std::exchange(mcp_->tools, access) != access) changes.changed.push_back(mcp_);
  follow(servers_, changes);
  follow(groups_, changes);
  if (!changes.changed.empty()) catalog_.advance_epoch();
  return changes;
}

base::Result<std::shared_ptr<Surface>> Surfaces::find_named(ByName& surfaces, Endpoint endpoint,
                                                            std::string_view name) {
  const auto found = surfaces.find(name);
  if (found != surfaces.end()) return found->second;
  auto view = view_of(endpoint, name);
  if (!view) return unknown(endpoint, name);
  auto made = std::make_shared<Surface>(catalog_, endpoint, std::string(name));
  made->view = *std::move(view);
  surfaces.emplace(std::string(name), made);
  return made;
}

base::Result<std::shared_ptr<Surface>> Surfaces::find(const SurfacePath& path) {
  switch (path.endpoint) {
    case Endpoint::mcp:
      return mcp_;
    case Endpoint::call:
      return call_;
    case Endpoint::all:
      return all_;
    case Endpoint::server:
    case Endpoint::group:
      break;
  }
  ByName& surfaces = path.endpoint == Endpoint::server ? servers_ : groups_;
  if (path.name.find('%') == std::string_view::npos) {
    return find_named(surfaces, path.endpoint, path.name);
  }
  const auto decoded = http::percent_decoded(path.name, /*plus_is_space=*/false);
  if (!decoded) {
    return base::Error{base::ErrorCode::invalid_argument,
                       "the name in the path is not percent-encoded UTF-8",
                       "encode a space as %20, and a percent sign as %25"};
  }
  return find_named(surfaces, path.endpoint, *decoded);
}

std::optional<base::Error> Surfaces::refusal(const Surface& surface) const {
  if (surface.endpoint != Endpoint::server) return std::nullopt;
  return fleet_.refusal(surface.view.only);
}

protocol::Implementation Surfaces::implementation_of(const Surface& surface) const {
  if (surface.endpoint != Endpoint::server) return {"mcptrunk", MCPTRUNK_VERSION, "mcptrunk"};
  const auto upstream = fleet_.view(surface.view.only);
  if (!upstream || upstream->server == nullptr || upstream->server->name.empty()) {
    return {surface.name, MCPTRUNK_VERSION, surface.name};
  }
  return {upstream->server->name, upstream->server->version, surface.name};
}

std::string Surfaces::instructions_of(const Surface& surface) const {
  if (surface.endpoint == Endpoint::server) {
    const auto upstream = fleet_.view(surface.view.only);
    const bool known = upstream && upstream->server != nullptr;
    return known ? upstream->server->instructions : std::string();
  }
  if (surface.tools == ToolAccess::meta) return std::string(kMetaInstructions);
  if (surface.endpoint != Endpoint::group) return "The tools of many servers, named server__tool.";
  const config::GroupConfig* group = config_->find_group(surface.name);
  const bool described = group != nullptr && !group->description.empty();
  return fmt::format("The tools of the servers in group {}, named server__tool.{}{}", surface.name,
                     described ? " " : "", described ? group->description : "");
}

}  // namespace proxy::downstream
