// One face of mcptrunk: whose tools a client sees on an endpoint, by what names, and how it calls
// them. Resource.
//
// Ownership: shared by the Surfaces and by whoever is in the middle of something on it; the
//            catalog outlives it.
// Threads:   the loop thread.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/lists.h"
#include "proxy/catalog/list_pages.h"
#include "proxy/catalog/view.h"
#include "proxy/downstream/surface_path.h"

namespace proxy::downstream {

// The lists whose changes clients are told of.
inline constexpr std::array kListedKinds{protocol::ListKind::tools, protocol::ListKind::prompts,
                                         protocol::ListKind::resources};

enum class ToolAccess : std::uint8_t {
  meta,    // retrieve_tools, describe_tool and the call_tool family
  direct,  // the upstreams' tools themselves
};

// Tells the sessions of one surface from those of another; the same in every run. Never 0.
using SurfaceKey = std::uint64_t;

struct Surface {
  Surface(const catalog::Catalog& catalog, Endpoint the_endpoint, std::string the_name);
  Surface(const Surface&) = delete;
  Surface& operator=(const Surface&) = delete;

  const Endpoint endpoint;
  const std::string name;  // of the server or group; empty for the others
  const SurfaceKey key;
  ToolAccess tools = ToolAccess::direct;
  catalog::View view;
  catalog::ListPages pages;

  // Whether a list of that kind shows what the upstream lists.
  bool lists(protocol::ListKind kind, upstream::UpstreamId id) const;
};

}  // namespace proxy::downstream
