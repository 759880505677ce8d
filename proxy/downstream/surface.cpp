#include "proxy/downstream/surface.h"

#include <utility>

#include "base/digest.h"

namespace proxy::downstream {
namespace {

SurfaceKey key_of(Endpoint endpoint, std::string_view name) {
  const SurfaceKey digest =
      base::digest64(fmt::format("surface/{}/{}", static_cast<unsigned>(endpoint), name));
  return digest == 0 ? 1 : digest;
}

}  // namespace

Surface::Surface(const catalog::Catalog& catalog, Endpoint the_endpoint, std::string the_name)
    : endpoint(the_endpoint),
      name(std::move(the_name)),
      key(key_of(endpoint, name)),
      pages(catalog, view) {}

bool Surface::lists(protocol::ListKind kind, upstream::UpstreamId id) const {
  if (kind == protocol::ListKind::tools && tools == ToolAccess::meta) return false;
  return view.scope.contains(id);
}

}  // namespace proxy::downstream
