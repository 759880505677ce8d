// What `mcptrunk serve` was asked for. Value.
#pragma once
#include <optional>
#include <string>

#include "proxy/config/config.h"

namespace proxy::cli {

struct ServeOptions {
  std::string config_path;              // resolved: --config, MCPTRUNK_CONFIG or the default
  bool config_path_given = false;       // false: the default, which may not exist yet
  std::optional<std::string> data_dir;  // overrides the file's; "~" resolved
  std::optional<config::Listen> listen;
  std::optional<config::LogLevel> log_level;
  bool quiet = false;  // nothing on the console but the ready line; the log goes to its file
};

}  // namespace proxy::cli
