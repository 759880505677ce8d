// What the functions that carry out one Edit share: the file as text, as tree and as values, and
// the patch they collect. Resource; lives for one edit.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/json_patch.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {

struct EditContext {
  const JsonNode& root;
  const Config& config;
  JsonPatch& patch;

  // mcpServers or servers; null when the file has neither.
  const JsonNode* server_list() const;
  // The entry of a server, or null.
  const JsonNode* server(std::string_view name) const;
  // The entry of a declared group, or null.
  const JsonNode* group(std::string_view name) const;
  const JsonNode* assignments() const;
};

// A JSON string of `text`.
std::string json_of(std::string_view text);
std::string json_of(const std::vector<std::string>& texts);

// Writes the server's startup mode, in agreement with the booleans it uses.
void write_mode(EditContext& context, const JsonNode& node, const ServerConfig& server);

// Makes `groups` the groups of a server, wherever the file names them.
void write_groups(EditContext& context, const ServerConfig& server,
                  const std::vector<std::string>& groups);

// Makes the members of `node` say what the JSON object `to` says, where `from` says something else.
// Members named in `except` are left alone.
void write_differences(EditContext& context, const JsonNode& node, std::string_view from,
                       std::string_view to, const std::vector<std::string_view>& except);

}  // namespace proxy::config
