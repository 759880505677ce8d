// What mcptrunk-child and the daemon say to each other. Shared by both programs: constants and one
// fixed-size record only, nothing that needs a library. Values.
//
// Descriptors of the shim: 0, 1, 2 become the command's; 3 is a stream socket to the daemon. On it
// the shim writes StatusRecords; its end of file means to the shim that the daemon is gone.
//
// Who stops whom (all times are the daemon's):
//   daemon closes stdin          -> a well-behaved command ends by itself
//   2 s later SIGTERM to shim    -> the shim sends SIGTERM to the command's process group
//   5 s later SIGUSR1 to shim    -> the shim kills every descendant, then ends
//   command gone, or daemon gone -> the same, at once and without being asked
//   shim gone by force           -> the kernel kills the command (parent-death signal); the daemon
//                                   kills the command's group and what carries its marker
#pragma once
#include <cstdint>

namespace upstream {

enum class ChildStatus : std::int32_t {
  started = 1,       // value: the command's process id
  chdir_failed = 2,  // value: errno; the command did not start
  exec_failed = 3,   // value: errno; the command did not start
  fork_failed = 4,   // value: errno; the command did not start
  exited = 5,        // value: the exit code
  signalled = 6,     // value: the signal that killed it
};

struct StatusRecord {
  ChildStatus status;
  std::int32_t value;
};
static_assert(sizeof(StatusRecord) == 8);

inline constexpr int kStatusDescriptor = 3;
inline constexpr const char* kShimName = "mcptrunk-child";
// DAEMON_PID NOFILE_SOFT NOFILE_HARD WORKING_DIR COMMAND; an empty WORKING_DIR is the daemon's.
inline constexpr int kShimArgsBeforeCommand = 5;
// In the environment of every command: OWNER:PID:NUMBER. Finds survivors of a killed shim.
inline constexpr const char* kMarkerVariable = "MCPTRUNK_OWNER";

}  // namespace upstream
