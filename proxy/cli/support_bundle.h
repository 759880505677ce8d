// What somebody who helps needs to see, as one JSON text: version, configuration, state, events,
// doctor's findings and the ends of the logs, and no secret of the configuration. Functions.
#pragma once
#include <set>
#include <string>

#include "proxy/cli/context.h"

namespace proxy::cli {

// Asks the daemon, or looks at what is left of it where none answers.
std::string support_bundle(Context& context);

// What must not be shown: the values that the configuration's redaction hides, as they stand and
// with their variables replaced, and the parts of those with spaces ("Bearer x"). Pure.
std::set<std::string> secrets_of(const config::Config& config, const Environment& env);
// `json` with every one of them as "***". Pure.
std::string without_secrets(std::string json, const std::set<std::string>& secrets);

}  // namespace proxy::cli
