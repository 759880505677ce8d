#include "proxy/cli/exit_code.h"

namespace proxy::cli {

ExitCode exit_code_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::invalid_argument:
    case base::ErrorCode::invalid_json:
      return ExitCode::usage;
    case base::ErrorCode::not_found:
      return ExitCode::not_found;
    case base::ErrorCode::config_invalid:
      return ExitCode::configuration;
    case base::ErrorCode::store_in_use:
    case base::ErrorCode::store_damaged:
    case base::ErrorCode::store_too_new:
      return ExitCode::data_dir;
    case base::ErrorCode::address_in_use:
      return ExitCode::address_in_use;
    case base::ErrorCode::daemon_unreachable:
      return ExitCode::unreachable;
    default:
      return ExitCode::failed;
  }
}

}  // namespace proxy::cli
