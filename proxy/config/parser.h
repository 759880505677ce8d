// Reads the text of an mcp_config.json into a Config, or says everything that is wrong with it.
// Pure.
//
// A text that is not JSON has one error, the first; otherwise every error of the file is reported
// at once. Warnings never refuse a file. Synonyms of other programs are understood: see README.
// Cost: the 159-server file takes about 2 ms.
#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/config/diagnostic.h"

namespace proxy::config {

struct ParseOptions {
  UnknownFields unknown = UnknownFields::accepted;
};

struct ParseOutcome {
  std::optional<Config> config;         // nothing when a diagnostic is an error
  std::vector<Diagnostic> diagnostics;  // in the order of the file
};

ParseOutcome parse(std::string_view text, const ParseOptions& options = {});

// The configuration, or one config_invalid error that holds every error of the outcome, one a line.
base::Result<Config> config_or_error(ParseOutcome outcome);

}  // namespace proxy::config
