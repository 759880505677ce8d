// Definitions as surfaces that join servers show them: with flat names and with URIs that lead
// back, without text that hides (protocol/agent_text.h), all else byte for byte. Pure functions
// over the catalog.
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

}  // namespace proxy::catalog
