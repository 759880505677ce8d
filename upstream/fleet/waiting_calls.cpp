#include "upstream/fleet/waiting_calls.h"

#include <fmt/format.h>

#include <algorithm>

namespace upstream {

std::optional<base::Error> WaitingCalls::refusal(const CallSpec& spec, std::string_view server,
                                                 std::uint32_t queue_size) const {
  if (size() >= queue_size) {
    return base::Error{base::ErrorCode::overloaded,
                       fmt::format("Server '{}' has {} calls waiting already", server, size()),
                       "Try again later, or raise its queue_size"};
  }
  if (!bytes_.has_room(bytes_of(spec))) {
    return base::Error{
        base::ErrorCode::overloaded,
        fmt::format("Calls of {} MiB wait for their servers already", bytes_.held() >> 20),
        "Try again once some of them are done"};
  }
  return std::nullopt;
}

void WaitingCalls::add(const CallSpec& spec, std::uint64_t serial,
                       std::optional<base::Duration> wait_max) {
  arm(calls_.emplace_back(*this, spec, serial, runtime_.now() + spec.deadline), wait_max);
}

void WaitingCalls::arm(Entry& entry, std::optional<base::Duration> wait_max) {
  base::TimePoint due = entry.deadline;
  if (wait_max) due = std::min(due, runtime_.now() + *wait_max);
  runtime_.timers.start(entry.timer, due);
}

void WaitingCalls::limit_wait(base::Duration wait_max) {
  for (Entry& entry : calls_) arm(entry, wait_max);
}

void WaitingCalls::unlimit_wait() {
  for (Entry& entry : calls_) arm(entry, std::nullopt);
}

bool WaitingCalls::cancel(std::uint64_t serial) {
  const auto same = [serial](const auto& call) { return call.serial == serial; };
  return std::erase_if(calls_, same) + std::erase_if(failed_, same) > 0;
}

std::vector<CallerKey> WaitingCalls::callers() const {
  std::vector<CallerKey> callers;
  for (const Entry& entry : calls_) {
    const CallerKey caller = entry.call.plain().caller;
    if (std::find(callers.begin(), callers.end(), caller) == callers.end()) {
      callers.push_back(caller);
    }
  }
  return callers;
}

std::list<WaitingCalls::Entry> WaitingCalls::detach_first() {
  std::list<Entry> taken;
  taken.splice(taken.begin(), calls_, calls_.begin());
  taken.front().timer.cancel();
  return taken;
}

// Called by the entry's own timer, at the top of the stack.
void WaitingCalls::expire(Entry& entry) {
  const base::Error error = listener_.on_waited_too_long(runtime_.now() >= entry.deadline);
  CallSink& sink = *entry.call.plain().sink;
  const CallTag tag = entry.call.plain().tag;
  calls_.remove_if([&entry](const Entry& other) { return &other == &entry; });
  listener_.on_waiting_failed(1);
  sink.on_failed(tag, error);
}

void WaitingCalls::fail_overdue(const Entry& entry) {
  listener_.on_waiting_failed(1);
  fail_later(entry.call.plain(), entry.serial,
             listener_.on_waited_too_long(/*deadline_passed=*/true));
}

void WaitingCalls::fail_all(const base::Error& error) {
  if (calls_.empty()) return;
  listener_.on_waiting_failed(size());
  for (const Entry& entry : calls_) {
    fail_later(entry.call.plain(), entry.serial, error);
  }
  calls_.clear();
}

void WaitingCalls::fail_later(const CallSpec& spec, std::uint64_t serial,
                              const base::Error& error) {
  failed_.push_back({spec.sink, spec.tag, serial, error});
  runtime_.turn.schedule(deliver_);
}

// A sink may cancel others of these while it is told.
void WaitingCalls::deliver_failed() {
  while (!failed_.empty()) {
    const Failed failed = std::move(failed_.front());
    failed_.pop_front();
    failed.sink->on_failed(failed.tag, failed.error);
  }
}

}  // namespace upstream
