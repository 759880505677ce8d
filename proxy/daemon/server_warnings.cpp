#include "proxy/daemon/server_warnings.h"

#include <fmt/format.h>

#include "proxy/config/look_alikes.h"

namespace proxy::daemon {
namespace {

// A little more than is kept may happen to anybody at start.
constexpr std::uint64_t kStderrDroppedMin = 1024 * 1024;

std::string lines(std::uint64_t count) {
  return count == 1 ? "1 line" : fmt::format("{} lines", count);
}

// A lost connection is told as the failure of the server, what kept it from running by its state;
// and what went wrong before it got ready is history.
bool is_over(const upstream::FailedCall& call, const upstream::UpstreamView& view) {
  switch (call.error.code) {
    case base::ErrorCode::connection_lost:
    case base::ErrorCode::server_disabled:
    case base::ErrorCode::server_quarantined:
    case base::ErrorCode::server_unconfigured:
    case base::ErrorCode::server_auto_disabled:
    case base::ErrorCode::auth_required:
      return true;
    default:
      return view.state == upstream::State::ready && call.at < view.since;
  }
}

}  // namespace

std::vector<rest::Warning> warnings_of(const upstream::UpstreamView& view) {
  std::vector<rest::Warning> warnings;
  if (view.failed_call != nullptr && !is_over(*view.failed_call, view)) {
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
  if (view.lists_cut) {
    warnings.push_back({base::ErrorCode::too_large,
                        "it lists more than is kept, and what goes beyond was left out: at most "
                        "10,000 items, 256 pages and 32 MiB",
                        "Let it list less, or in pages of fewer items"});
  }
  if (view.counters.stderr_dropped_bytes >= kStderrDroppedMin) {
    warnings.push_back({base::ErrorCode::too_large,
                        fmt::format("it floods stderr: {} MiB were not kept in its log",
                                    view.counters.stderr_dropped_bytes / (1024 * 1024)),
                        "Lower its log level"});
  }
  return warnings;
}

rest::Warning look_alike_warning(std::string_view other) {
  return {base::ErrorCode::already_exists, config::look_alike_message(other),
          std::string(config::kLookAlikeRemedy)};
}

}  // namespace proxy::daemon
