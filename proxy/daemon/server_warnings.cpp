#include "proxy/daemon/server_warnings.h"

#include <fmt/format.h>

namespace proxy::daemon {
namespace {

// A little more than is kept may happen to anybody at start.
constexpr std::uint64_t kStderrDroppedMin = 1024 * 1024;

std::string lines(std::uint64_t count) {
  return count == 1 ? "1 line" : fmt::format("{} lines", count);
}

}  // namespace

std::vector<rest::Warning> warnings_of(const upstream::UpstreamView& view) {
  std::vector<rest::Warning> warnings;
  // A lost connection is told as the failure of the server.
  const bool lost = view.failed_call != nullptr &&
                    view.failed_call->error.code == base::ErrorCode::connection_lost;
  if (view.failed_call != nullptr && !lost) {
    const base::Error& error = view.failed_call->error;
    warnings.push_back({error.code, "the last call failed: " + error.message, error.remedy});
  }
  if (view.counters.garbage_lines > 0) {
    warnings.push_back(
        {base::ErrorCode::protocol_error,
         fmt::format("{} of its standard output are no MCP messages and were dropped{}",
                     lines(view.counters.garbage_lines),
                     view.first_garbage.empty()
                         ? ""
                         : fmt::format("; the first: \"{}\"", view.first_garbage)),
         "Let it write its log to stderr: only MCP messages may stand on its standard output"});
  }
  if (view.counters.stderr_dropped_bytes >= kStderrDroppedMin) {
    warnings.push_back({base::ErrorCode::too_large,
                        fmt::format("it floods stderr: {} MiB were not kept in its log",
                                    view.counters.stderr_dropped_bytes / (1024 * 1024)),
                        "Lower its log level"});
  }
  return warnings;
}

}  // namespace proxy::daemon
