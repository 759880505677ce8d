// All deadlines of one loop, cheap to set and to cancel: a hierarchical timer wheel (Varghese and
// Lauck, 1987) of intrusive entries, with ticks of one millisecond. Nothing allocates.
//
// Ownership: an entry belongs to whoever waits for it, as a member; destroying it cancels it. The
//            wheel must outlive its entries.
// Threads:   the loop thread only.
// Cost:      start and cancel are O(1); advance is linear in the entries fired, plus a cascade of
// one
//            level every 64 ticks.
#pragma once
#include <array>
#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace base {

class TimerWheel;

// A deadline that calls `fire(owner)` once when it is due. Resource.
class TimerEntry {
 public:
  using Fire = void (*)(void* owner);
  TimerEntry(Fire fire, void* owner) : fire_(fire), owner_(owner) {}
  ~TimerEntry() { cancel(); }
  TimerEntry(const TimerEntry&) = delete;
  TimerEntry& operator=(const TimerEntry&) = delete;

  bool armed() const { return wheel_ != nullptr; }
  // Does nothing when not armed. An entry may be cancelled or destroyed from any timer's callback.
  void cancel();

 private:
  friend class TimerWheel;
  Fire fire_;
  void* owner_;
  TimerWheel* wheel_ = nullptr;
  TimerEntry* prev_ = nullptr;
  TimerEntry* next_ = nullptr;
  std::uint64_t due_tick_ = 0;
  std::uint16_t slot_ = 0;
};

// Binds an entry to a member function: Timer<Session, &Session::on_deadline> deadline_{*this};
template <class Owner, void (Owner::*Method)()>
class Timer : public TimerEntry {
 public:
  explicit Timer(Owner& owner)
      : TimerEntry([](void* self) { (static_cast<Owner*>(self)->*Method)(); }, &owner) {}
};

class TimerWheel {
 public:
  explicit TimerWheel(TimePoint start) : start_(start) {}
  ~TimerWheel();
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Fires `entry` at the first advance() with a time of at least `due`; an armed entry is moved. A
  // time in the past fires at the next advance, never inside this call.
  void start(TimerEntry& entry, TimePoint due);

  // Fires all that is due at `now`, earliest first; equal ticks in the order they were started.
  // Entries started by callbacks for a time not after `now` fire at the next advance.
  // REQUIRES: not called from a callback.
  void advance(TimePoint now);

  // A time not later than the next due entry, for the poll timeout; nothing when no entry is armed.
  // May be earlier than the entry (the edge of its wheel slot).
  std::optional<TimePoint> next_due() const;

  std::size_t armed_count() const { return armed_; }

 private:
  friend class TimerEntry;
  static constexpr unsigned kSlotBits = 6;
  static constexpr unsigned kSlots = 1U << kSlotBits;
  static constexpr unsigned kLevels = 6;  // 64^6 ms: over two years
  static constexpr std::uint16_t kFiringSlot = kSlots * kLevels;

  struct List {
    TimerEntry* head = nullptr;
    TimerEntry* tail = nullptr;
  };

  std::uint64_t tick_of(TimePoint time) const;
  void insert(TimerEntry& entry);
  void append(TimerEntry& entry, std::uint16_t slot);
  void unlink(TimerEntry& entry);
  void cascade(unsigned level);
  std::uint64_t next_occupied_tick(std::uint64_t limit) const;
  void fire_current_slot();

  TimePoint start_;
  std::uint64_t tick_ = 0;  // all entries due at or before it have fired
  std::size_t armed_ = 0;
  std::array<List, kSlots * kLevels + 1> lists_{};
  std::array<std::uint64_t, kLevels> occupied_{};  // one bit for each slot with entries
};

}  // namespace base
