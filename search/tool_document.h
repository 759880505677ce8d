// What the index is told about a tool, and about the server that its tools share. Values; JSON is
// never parsed in this folder: protocol/tool_schema_text.h extracts the parameter texts from an
// inputSchema.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace search {

struct ToolDocument {
  std::string name;         // the upstream's own name, as it must be called
  std::string description;  // UTF-8, as sent; a title may be put before it
  // Every property name of the inputSchema, nested ones included.
  std::vector<std::string> parameter_names;
  // Descriptions, titles and textual enum values of these properties.
  std::vector<std::string> parameter_texts;
  bool read_only = false;   // annotations.readOnlyHint
  bool destructive = true;  // annotations.destructiveHint; absent means true, as MCP says
};

struct ServerDocument {
  std::string server;             // mcptrunk's name of it
  std::string description;        // of the configuration, or the server's own title; may be empty
  std::vector<std::string> tags;  // tags and group names
};

enum class Availability : std::uint8_t {
  ready,      // running
  startable,  // idle: a call starts it
  failing,    // found, but ranked lower
  hidden,     // disabled or quarantined: never found
};

// The parts of a tool's text, each with a weight of its own.
enum class Field : std::uint8_t {
  name,
  server,       // the server's name
  summary,      // first sentence of the description
  description,  // the rest of it
  parameter_names,
  parameter_texts,  // also "Args:" and "Returns:" sections inside a description
  tags,             // the server's description, tags and groups
};
inline constexpr std::size_t kFieldCount = 7;

inline constexpr std::array<std::string_view, kFieldCount> kFieldNames{
    "name", "server", "summary", "description", "parameter_names", "parameter_texts", "tags"};

}  // namespace search
