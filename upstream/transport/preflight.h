// What can be known to be missing before anything is spawned: a server that fails here is
// unconfigured, takes no slot and is not counted as failing. Looks at the file system; a few
// microseconds. Threads: any.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "upstream/transport/child_failure.h"
#include "upstream/transport/child_spec.h"

namespace upstream {

enum class PreflightReason : std::uint8_t {
  command_missing,
  command_not_executable,
  working_dir_missing,
};

std::string_view to_string(PreflightReason reason);

struct PreflightProblem {
  PreflightReason reason;
  std::string message;
  std::string remedy;
};

// Nothing: it may be started.
std::optional<PreflightProblem> preflight(const ChildSpec& spec);

}  // namespace upstream
