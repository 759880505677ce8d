// How the program ends: what scripts may rely on. Values.
#pragma once
#include <cstdint>

#include "base/error_code.h"

namespace proxy::cli {

enum class ExitCode : std::uint8_t {
  ok = 0,
  failed = 1,
  usage = 2,
  data_dir = 3,  // in use by another daemon, or the store is damaged
  configuration = 4,
  address_in_use = 5,
  unreachable = 6,  // no daemon answers
  not_found = 7,
  partial_failure = 8,
};

// The one that an error, the daemon's or our own, ends with.
ExitCode exit_code_of(base::ErrorCode code);

}  // namespace proxy::cli
