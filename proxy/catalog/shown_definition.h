// Definitions as surfaces show them, without text that hides (protocol/agent_text.h), all else byte
// for byte. Those that join servers have flat names and URIs that lead back; that of one server has
// its own. Pure functions over the catalog.
#pragma once
#include <string>

#include "proxy/catalog/catalog.h"

namespace proxy::catalog {

// A tool of an MCP App names the resource that shows it (_meta.ui.resourceUri, or
// _meta["ui/resourceUri"] in its older form): that URI changes too.
std::string shown_definition(const Catalog& catalog, upstream::UpstreamId id, const Tool& tool);
std::string shown_definition(const Prompt& prompt);
std::string shown_resource(const Catalog& catalog, upstream::UpstreamId id,
                           const Resource& resource);
std::string shown_template(const Catalog& catalog, upstream::UpstreamId id, const Resource& entry);

// Names are what calls name: those of tools and prompts stay whatever is in them.
std::string own_definition(const Tool& tool);
std::string own_definition(const Prompt& prompt);
std::string own_definition(const Resource& resource_or_template);

}  // namespace proxy::catalog
