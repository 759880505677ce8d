// Puts environment variables into configured texts, at the moment of use: what stands in the file
// is never changed. Pure functions over a lookup.
//
// ${NAME} and ${env:NAME} are the variable, ${NAME:-text} is the variable or, when it is unset, the
// text (which ends at the first '}'). A variable that is set but empty is not unset. NAME is of
// [A-Za-z_][A-Za-z0-9_]*; anything else behind "${" stays as it is.
#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/config/config.h"

namespace proxy::config {

// The value of a variable, or nothing when it is unset.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The environment of this process.
Environment process_environment();

struct Expanded {
  std::string text;                // unset variables are left out
  std::vector<std::string> unset;  // each once, in order of appearance
  // Name and text of what was put in, and of every default that stands there.
  std::vector<std::pair<std::string, std::string>> inserted;
};

Expanded expand(std::string_view text, const Environment& environment);

// The same for a path, where a leading "~" or "~/" is HOME besides.
Expanded expand_path(std::string_view path, const Environment& environment);
// The same for one that stands in `file`: a relative one begins at the directory of that.
Expanded expand_path_in(const std::string& file, std::string_view path,
                        const Environment& environment);

// Everything of a server that is used expanded. A server with `unset` variables is unconfigured: it
// must not be started.
struct ExpandedServer {
  std::string command;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
  std::string working_dir;
  std::string url;
  std::map<std::string, std::string> headers;
  std::string ca_file;
  std::string oauth_client_id;
  std::string oauth_client_secret;
  std::vector<std::string> unset;                             // each once
  std::vector<std::pair<std::string, std::string>> inserted;  // as in Expanded, of all fields
};

ExpandedServer expand_server(const ServerConfig& server, const Environment& environment);

// Is `value` nothing but a reference, such as "${TOKEN}" or "Bearer ${TOKEN}", that holds no secret
// itself? A default makes it none.
bool is_reference(std::string_view value);

}  // namespace proxy::config
