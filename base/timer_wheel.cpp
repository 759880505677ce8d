#include "base/timer_wheel.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace base {
namespace {
constexpr Duration kTick = std::chrono::milliseconds(1);
}

void TimerEntry::cancel() {
  if (wheel_ != nullptr) wheel_->unlink(*this);
}

TimerWheel::~TimerWheel() {
  assert(armed_ == 0);
}

// Rounds up, so that an entry never fires before its time.
std::uint64_t TimerWheel::tick_of(TimePoint time) const {
  if (time <= start_) return 0;
  return static_cast<std::uint64_t>((time - start_ + kTick - Duration(1)) / kTick);
}

void TimerWheel::start(TimerEntry& entry, TimePoint due) {
  entry.cancel();
  entry.due_tick_ = std::max(tick_of(due), tick_ + 1);
  entry.wheel_ = this;
  ++armed_;
  insert(entry);
}

// The level is that of the highest digit (base 64) in which due and current tick differ.
void TimerWheel::insert(TimerEntry& entry) {
  const std::uint64_t difference = entry.due_tick_ ^ tick_;
  const unsigned top_bit =
      difference == 0 ? 0 : static_cast<unsigned>(std::bit_width(difference)) - 1;
  const unsigned level = std::min(top_bit / kSlotBits, kLevels - 1);
  const unsigned digit = (entry.due_tick_ >> (level * kSlotBits)) & (kSlots - 1);
  append(entry, static_cast<std::uint16_t>(level * kSlots + digit));
}

void TimerWheel::append(TimerEntry& entry, std::uint16_t slot) {
  List& list = lists_[slot];
  entry.slot_ = slot;
  entry.next_ = nullptr;
  entry.prev_ = list.tail;
  (list.tail != nullptr ? list.tail->next_ : list.head) = &entry;
  list.tail = &entry;
  if (slot != kFiringSlot) occupied_[slot / kSlots] |= std::uint64_t{1} << (slot % kSlots);
}

void TimerWheel::unlink(TimerEntry& entry) {
  List& list = lists_[entry.slot_];
  (entry.prev_ != nullptr ? entry.prev_->next_ : list.head) = entry.next_;
  (entry.next_ != nullptr ? entry.next_->prev_ : list.tail) = entry.prev_;
  if (list.head == nullptr && entry.slot_ != kFiringSlot) {
    occupied_[entry.slot_ / kSlots] &= ~(std::uint64_t{1} << (entry.slot_ % kSlots));
  }
  entry.prev_ = entry.next_ = nullptr;
  entry.wheel_ = nullptr;
  --armed_;
}

void TimerWheel::cascade(unsigned level) {
  const unsigned digit = (tick_ >> (level * kSlotBits)) & (kSlots - 1);
  List& list = lists_[level * kSlots + digit];
  TimerEntry* entry = list.head;
  list = {};
  occupied_[level] &= ~(std::uint64_t{1} << digit);
  while (entry != nullptr) {
    TimerEntry* next = entry->next_;
    insert(*entry);
    entry = next;
  }
}

// The next tick at which a slot must be looked at, or `limit`: the nearest occupied slot of the
// lowest level, else the next edge at which a higher level hands its entries down.
std::uint64_t TimerWheel::next_occupied_tick(std::uint64_t limit) const {
  std::uint64_t best = limit;
  for (unsigned level = 0; level < kLevels; ++level) {
    if (occupied_[level] == 0) continue;
    const unsigned shift = level * kSlotBits;
    const unsigned digit = (tick_ >> shift) & (kSlots - 1);
    // Occupied slots of a level always lie ahead of the current digit, but for the top level, which
    // wraps.
    const std::uint64_t ahead = digit + 1 == kSlots ? 0 : occupied_[level] >> (digit + 1);
    const std::uint64_t base = tick_ >> shift;
    const std::uint64_t steps =
        ahead != 0 ? 1 + static_cast<unsigned>(std::countr_zero(ahead)) : kSlots - digit;
    best = std::min(best, (base + steps) << shift);
  }
  return best;
}

void TimerWheel::fire_current_slot() {
  List& due = lists_[tick_ & (kSlots - 1)];
  List& firing = lists_[kFiringSlot];
  firing = due;
  due = {};
  occupied_[0] &= ~(std::uint64_t{1} << (tick_ & (kSlots - 1)));
  for (TimerEntry* entry = firing.head; entry != nullptr; entry = entry->next_) {
    entry->slot_ = kFiringSlot;
  }
  while (firing.head != nullptr) {
    TimerEntry& entry = *firing.head;
    unlink(entry);
    entry.fire_(entry.owner_);
  }
}

void TimerWheel::advance(TimePoint now) {
  if (now < start_) return;
  const auto target = static_cast<std::uint64_t>((now - start_) / kTick);
  while (tick_ < target) {
    if (armed_ == 0) {
      tick_ = target;
      return;
    }
    tick_ = next_occupied_tick(target);
    for (unsigned level = kLevels - 1; level > 0; --level) {
      if ((tick_ & ((std::uint64_t{1} << (level * kSlotBits)) - 1)) == 0) cascade(level);
    }
    fire_current_slot();
  }
}

std::optional<TimePoint> TimerWheel::next_due() const {
  if (armed_ == 0) return std::nullopt;
  constexpr std::uint64_t kFar = std::uint64_t{1} << 62;
  const std::uint64_t tick = next_occupied_tick(kFar);
  return start_ + static_cast<std::int64_t>(tick) * kTick;
}

}  // namespace base
