// What somebody who helps needs to see, as one JSON text: version, configuration, state, events,
// doctor's findings and the ends of the logs, and no secret of the configuration. Functions.
#pragma once
#include <string>

#include "base/secret_mask.h"
#include "proxy/cli/context.h"

namespace proxy::cli {

// Asks the daemon, or looks at what is left of it where none answers.
std::string support_bundle(Context& context);

// `json` with every secret in its texts hidden, whatever the shape of what they came from. Pure.
std::string without_secrets(const std::string& json, const base::SecretMask& secrets);

}  // namespace proxy::cli
