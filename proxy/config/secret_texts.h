// What a server must not be heard to say: its own secrets, as it is given them. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/expansion.h"

namespace proxy::config {

// The values that redacted() (redaction.h) hides, as they are `used`, those of `custom_vars` (which
// every server inherits) among them, and what stands behind a word ("Bearer x"). Left out are
// values under a name that names no secret which look like none either: paths, addresses, numbers,
// plain words. They are what an error message is about.
std::vector<std::string> secret_texts(const ServerConfig& server, const ExpandedServer& used,
                                      const std::map<std::string, std::string>& custom_vars);

}  // namespace proxy::config
