#include "proxy/downstream/surface_path.h"

namespace proxy::downstream {
namespace {

constexpr std::string_view kServers = "/mcp/servers/";
constexpr std::string_view kGroups = "/mcp/groups/";

std::optional<SurfacePath> named(Endpoint endpoint, std::string_view name) {
  if (name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
  return SurfacePath{endpoint, name};
}

}  // namespace

std::optional<SurfacePath> surface_path(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path == "/mcp") return SurfacePath{Endpoint::mcp, {}};
  if (path == "/mcp/call") return SurfacePath{Endpoint::call, {}};
  if (path == "/mcp/all") return SurfacePath{Endpoint::all, {}};
  if (path.starts_with(kServers)) return named(Endpoint::server, path.substr(kServers.size()));
  if (path.starts_with(kGroups)) return named(Endpoint::group, path.substr(kGroups.size()));
  return std::nullopt;
}

}  // namespace proxy::downstream
