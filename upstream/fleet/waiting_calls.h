// The calls of one upstream that cannot be sent yet: it is starting, or has as many in flight as it
// may. First come, first served. Resource.
//
// Threads: the loop thread only. Limits: the owner asks size() first.
#pragma once
#include <algorithm>
#include <cstdint>
#include <list>
#include <optional>
#include <utility>
#include <vector>

#include "base/runtime.h"
#include "upstream/session/request_writer.h"

namespace upstream {

// The bytes of all calls that wait, at any server: one budget, whatever queues there are.
class WaitingBytes {
 public:
  static constexpr std::size_t kMax = 64UL * 1024 * 1024;

  WaitingBytes() = default;
  WaitingBytes(const WaitingBytes&) = delete;
  WaitingBytes& operator=(const WaitingBytes&) = delete;
  bool has_room(std::size_t bytes) const { return bytes <= kMax && held_ <= kMax - bytes; }
  std::size_t held() const { return held_; }
  void take(std::size_t bytes) { held_ += bytes; }
  void give_back(std::size_t bytes) { held_ -= bytes; }

 private:
  std::size_t held_ = 0;
};

class WaitingCalls {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    // What to say to a call that has waited too long; `deadline_passed` tells its own deadline from
    // the longest wait for a start.
    virtual base::Error on_waited_too_long(bool deadline_passed) = 0;
    virtual void on_waiting_failed(std::uint32_t calls) = 0;
  };

  // `listener` and `bytes` outlive it.
  WaitingCalls(base::Runtime runtime, Listener& listener, WaitingBytes& bytes)
      : runtime_(runtime), listener_(listener), bytes_(bytes) {}
  WaitingCalls(const WaitingCalls&) = delete;
  WaitingCalls& operator=(const WaitingCalls&) = delete;

  std::uint32_t size() const { return static_cast<std::uint32_t>(calls_.size()); }
  bool empty() const { return calls_.empty(); }
  // What stands in the way of one more: `queue_size` wait, or too many bytes do, at any server.
  std::optional<base::Error> refusal(const CallSpec& spec, std::string_view server,
                                     std::uint32_t queue_size) const;

  // It fails at its deadline or after `wait_max`, when given, if that is sooner.
  void add(const CallSpec& spec, std::uint64_t serial, std::optional<base::Duration> wait_max);
  // The wait for a start begins now for all of them.
  void limit_wait(base::Duration wait_max);
  // Only their own deadlines count from now on.
  void unlimit_wait();
  // False when no such call waits.
  bool cancel(std::uint64_t serial);

  // Takes the oldest: `use(const CallSpec&, serial)` gets it with what is left of its deadline. One
  // whose time is over, and whose timer has only not been looked at yet, fails instead.
  // REQUIRES: not empty.
  template <class Use>
  void take_first(Use use) {
    const std::list<Entry> taken = detach_first();
    const Entry& entry = taken.front();
    if (entry.deadline <= runtime_.now()) return fail_overdue(entry);
    entry.call.with_spec([&](CallSpec spec) {
      spec.deadline = entry.deadline - runtime_.now();
      use(static_cast<const CallSpec&>(spec), entry.serial);
    });
  }

  // The same for the oldest of that caller; false when there is none.
  template <class Use>
  bool take_first_of(CallerKey caller, Use use) {
    const auto of_caller = [caller](const Entry& entry) {
      return entry.call.plain().caller == caller;
    };
    const auto found = std::find_if(calls_.begin(), calls_.end(), of_caller);
    if (found == calls_.end()) return false;
    calls_.splice(calls_.begin(), calls_, found);
    take_first(use);
    return true;
  }
  // Who waits, each once, in the order of their first calls.
  std::vector<CallerKey> callers() const;

  // All fail with `error` at the end of the turn.
  void fail_all(const base::Error& error);
  // One that was taken fails at the end of the turn.
  void fail_later(const CallSpec& spec, std::uint64_t serial, const base::Error& error);
  // Nobody waits, nor for bad news.
  bool settled() const { return calls_.empty() && failed_.empty(); }

 private:
  struct Entry {
    Entry(WaitingCalls& owning, const CallSpec& spec, std::uint64_t number, base::TimePoint end)
        : owner(owning), call(spec), serial(number), deadline(end) {
      owner.bytes_.take(call.bytes());
    }
    ~Entry() { owner.bytes_.give_back(call.bytes()); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    void fire() { owner.expire(*this); }

    WaitingCalls& owner;
    StoredCall call;
    std::uint64_t serial;
    base::TimePoint deadline;
    base::Timer<Entry, &Entry::fire> timer{*this};
  };
  struct Failed {
    CallSink* sink;
    CallTag tag;
    std::uint64_t serial;
    base::Error error;
  };

  void arm(Entry& entry, std::optional<base::Duration> wait_max);
  void expire(Entry& entry);
  void fail_overdue(const Entry& entry);
  std::list<Entry> detach_first();
  void deliver_failed();

  base::Runtime runtime_;
  Listener& listener_;
  WaitingBytes& bytes_;
  std::list<Entry> calls_;
  std::list<Failed> failed_;
  base::EndOfTurn<WaitingCalls, &WaitingCalls::deliver_failed> deliver_{*this};
};

}  // namespace upstream
