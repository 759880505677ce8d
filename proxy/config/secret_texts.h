// What must not be heard of a configuration: what redacted() (redaction.h) hides of it, as it is
// written and as it is used. Pure.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/config/expansion.h"

namespace proxy::config {

// Of one server, `custom_vars` and what else it has `inherited` among them: hidden texts, their
// parts
// ("Bearer x", "KEY=x", {"key": "x"}) that a server may say alone, and the values of variables that
// are referred to. Left out are words of everybody's, which no text could do without: under
// TOKEN_TYPE "json" is not shown, but heard; names of servers and groups; and of an inherited
// variable that says where things are (PATH, HOME, HTTPS_PROXY) all but a password.
std::vector<std::string> secret_texts(const ServerConfig& server, const ExpandedServer& used,
                                      const std::map<std::string, std::string>& custom_vars,
                                      const std::map<std::string, std::string>& inherited = {});

// Of all servers and the top level, with the variables of `environment` that servers are let have
// by their whole names.
std::vector<std::string> secret_texts(const Config& config, const Environment& environment);

}  // namespace proxy::config
