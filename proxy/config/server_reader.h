// Reads one entry of mcpServers. Functions of the parser, no I/O.
#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "proxy/config/config.h"
#include "proxy/config/diagnostic.h"
#include "proxy/config/object_reader.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {

// What the groups of a server are looked up in.
struct GroupSources {
  std::map<std::int64_t, std::string> name_of_id;
  std::map<std::string, std::string, std::less<>> assignments;  // server -> group
};

// 1-64 of [A-Za-z0-9_. -], neither first nor last a space, not "." or "..".
bool is_server_name(std::string_view name);

// 1-64 characters, no control characters, no '/', neither first nor last a space, not "." or "..".
bool is_group_name(std::string_view name);
inline constexpr std::string_view kGroupNameRule =
    "use 1 to 64 characters without /, controls and what shows nothing, not beginning or ending "
    "with a space, and neither \".\" nor \"..\"";
inline constexpr std::string_view kServerNameRule =
    "use 1 to 64 of A-Z a-z 0-9 _ . - and space, not beginning or ending with a space, and "
    "neither \".\" nor \"..\"";

// As the environment of a process can hold it: not empty, without =. No text of ours holds a NUL.
bool is_variable_name(std::string_view name);
// Reports names of variables in the member `key` that no environment can hold.
void check_variables(ObjectReader& reader, std::string_view key);

// `key` is the name in the object form, empty in the array form. What does not fit is reported; the
// result is then incomplete, but has a name where the entry has one.
ServerConfig read_server(const JsonNode& node, std::string_view key, std::string path,
                         const GroupSources& sources, Diagnostics& diagnostics);

}  // namespace proxy::config
