// What `mcptrunk doctor` asks of the machine, as a seam: tests play a broken one.
//
// Threads: any; every call may block for a moment.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "proxy/config/config.h"

namespace proxy::cli {

class Machine {
 public:
  virtual ~Machine() = default;
  // Whether one may listen there now. Errors: address_in_use, forbidden, io_error.
  virtual base::Result<void> try_to_listen(const config::Listen& where) = 0;
  // RLIMIT_NOFILE, the hard one: the daemon raises its own to it.
  virtual std::uint64_t open_files_max() = 0;
  // What is left for us on the file system of a directory; nothing when it cannot be said.
  virtual std::optional<std::uint64_t> free_bytes(const std::string& directory) = 0;
  virtual base::WallTime now() = 0;
};

std::unique_ptr<Machine> this_machine();

}  // namespace proxy::cli
