#include "proxy/activity/call_ledger.h"

namespace proxy::activity {
namespace {

using events::CallOutcome;

storage::ActivityRecord record_of(const CallEnd& end, base::WallTime now) {
  storage::ActivityRecord record;
  record.at = now;
  record.kind = "tool_call";
  record.server = end.server;
  record.tool = end.tool;
  record.actor = end.actor;
  record.success = end.outcome == CallOutcome::ok;
  if (end.error) record.code = to_string(*end.error);
  if (!record.success) record.detail = to_string(end.outcome);
  record.duration_us = static_cast<std::uint64_t>(end.duration.count());
  record.response_bytes = end.result_bytes;
  return record;
}

}  // namespace

void CallLedger::call_ended(const CallEnd& end) {
  if (end.outcome != CallOutcome::cancelled) {
    uses_.note(end.upstream, end.server, end.tool, end.outcome == CallOutcome::ok);
  }
  events_.publish([&] {
    return events::CallEvent{
        clock_.wall_now(), std::string(end.server), std::string(end.tool), end.outcome, end.error,
        end.duration,      end.result_bytes};
  });
  const bool failed = end.outcome == CallOutcome::failed || end.outcome == CallOutcome::tool_error;
  if (const auto skipped = sampler_.admit(failed, clock_.now())) {
    storage::ActivityRecord record = record_of(end, clock_.wall_now());
    record.skipped_before = *skipped;
    store_.append_activity(std::move(record));
  }
}

}  // namespace proxy::activity
