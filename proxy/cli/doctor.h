// What `mcptrunk doctor` looks at: each look gives one finding or several, with what to do about
// it. Functions; they read files and ask the machine, and change nothing but for a file of their
// own in the data directory, which they remove.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "proxy/cli/console.h"
#include "proxy/cli/machine.h"
#include "proxy/config/config.h"

namespace proxy::cli {

// good: as it should be. notice: worth knowing. problem: something needs to be done.
enum class Health : std::uint8_t { good, notice, problem };
std::string_view to_string(Health health);

struct Finding {
  std::string check;  // "configuration", "data directory", ...; stable
  Health health = Health::good;
  std::string message;
  std::string remedy;  // empty when all is good
};
using Findings = std::vector<Finding>;

// The file's faults and warnings, and who may read it. One that was named must be there. `config`
// is left alone when it cannot be read.
Findings look_at_config(base::FileSystem& files, const std::string& path, bool is_named,
                        config::Config& config);
// Whether it can be written, is ours alone, and has room.
Findings look_at_data_dir(base::FileSystem& files, Machine& machine, const std::string& dir);
// Whether times of the past are in the future.
Findings look_at_clock(base::FileSystem& files, Machine& machine, const std::string& data_dir);
Findings look_at_open_files(Machine& machine, const config::Config& config);
// Where no daemon runs: whether one could listen.
Findings look_at_port(Machine& machine, const config::Config& config);
// Where no daemon runs: what its servers would miss (variables, commands, directories).
Findings look_at_servers(const config::Config& config, const Environment& env);

}  // namespace proxy::cli
