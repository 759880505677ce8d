// The sentences people read when a command could not be started or has ended. Pure.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "upstream/lifecycle/failure.h"
#include "upstream/transport/child_protocol.h"
#include "upstream/transport/child_spec.h"

namespace upstream {

// A sentence and what to do about it. Value.
struct Explanation {
  std::string message;
  std::string remedy;
  bool operator==(const Explanation&) const = default;
};

Explanation command_not_found(const ChildSpec& spec);
Explanation command_not_executable(std::string_view path);
Explanation working_dir_unusable(const ChildSpec& spec, int error_number);

// `record` is chdir_failed, exec_failed or fork_failed.
Failure start_failure(const StatusRecord& record, const ChildSpec& spec);
// The shim itself could not be started. `error_number` is positive.
Failure shim_failure(int error_number, std::string_view shim_path);

// How a run ended that had started. Value.
struct RunEnd {
  // exited or signalled; nothing: the shim was killed and nobody saw the command's end.
  std::optional<StatusRecord> status;
  bool closed_output = false;  // the command closed stdout or stdin, lived on, and was stopped
  bool stop_asked = false;     // close() was called
};
Failure run_failure(const RunEnd& end);
// The line that tells most of why a program ended: the last that names an error, else the last that
// says something. REQUIRES: one at least.
std::string_view telling_line(std::span<const std::string> tail);
// Attaches the last lines of stderr; the one that tells most are its last words when the command
// failed by itself.
void add_stderr(Failure& failure, std::vector<std::string> tail, bool stop_asked);

}  // namespace upstream
