// A bounded ring of shared items and the readers that follow it, each at its own pace. What both
// event streams stand on. Resource.
//
// Ownership: the feed owns the ring; a reader is owned by whoever follows and outlives its Cursor;
//            the feed outlives all cursors. A Cursor may be destroyed, and items may be pushed,
//            inside any callback.
// Threads:   the loop thread only. Readers run at the end of the turn, never inside push().
// Limits:    `items_max` items. A reader has no queue of its own, only a place in the ring: one
// that
//            falls off the ring's end is told once what it missed and goes on with what is new.
// Cost:      push() is one slot; delivery is one virtual call for each reader and item, at most
//            kBatchMax items of a reader before the next one has its turn. A paused reader:
//            nothing.
#pragma once
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/turn_queue.h"

namespace proxy::events {

template <class Item>
class Feed {
 public:
  using ItemPtr = std::shared_ptr<const Item>;
  static constexpr std::size_t kBatchMax = 256;

  // Callbacks return whether the reader can take more now; after false it hears nothing until
  // Cursor::resume().
  class Reader {
   public:
    virtual ~Reader() = default;
    // Once, before anything else.
    virtual bool on_start() = 0;
    virtual bool on_item(const ItemPtr& item) = 0;
    // Items `first` to `last`, both included, will not come.
    virtual bool on_missed(std::uint64_t first, std::uint64_t last) = 0;
  };

 private:
  struct Slot {
    Reader* reader;      // null: ended, removed when nobody iterates
    std::uint64_t next;  // sequence number of the next item to give
    bool started = false;
    bool paused = false;
  };

 public:
  // A reader's place. Destroying it ends the reading. Resource.
  class Cursor {
   public:
    Cursor(Feed& feed, Reader& reader, std::uint64_t next) : feed_(feed) {
      feed_.slots_.push_back(std::make_unique<Slot>(Slot{&reader, next}));
      slot_ = feed_.slots_.back().get();
      feed_.readers_ += 1;
      feed_.turn_.schedule(feed_.hook_);
    }
    ~Cursor() { feed_.end(*slot_); }
    Cursor(const Cursor&) = delete;
    Cursor& operator=(const Cursor&) = delete;

    void resume() {
      slot_->paused = false;
      feed_.turn_.schedule(feed_.hook_);
    }

   private:
    Feed& feed_;
    Slot* slot_;
  };

  // REQUIRES: items_max > 0.
  Feed(base::TurnQueue& turn, std::size_t items_max) : turn_(turn), items_max_(items_max) {
    assert(items_max > 0);
  }
  ~Feed() { assert(readers_ == 0); }
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // The sequence number that the next item gets; the first is 1.
  std::uint64_t next_seq() const { return next_; }
  std::uint64_t oldest_seq() const { return next_ - ring_.size(); }
  // REQUIRES: oldest_seq() <= seq < next_seq().
  const ItemPtr& item(std::uint64_t seq) const { return ring_[index_of(seq)]; }
  std::size_t reader_count() const { return readers_; }

  void push(ItemPtr item) {
    const std::size_t place = index_of(next_);
    if (place < ring_.size()) {
      ring_[place] = std::move(item);
    } else {
      ring_.push_back(std::move(item));
    }
    next_ += 1;
    if (readers_ > 0) turn_.schedule(hook_);
  }

 private:
  std::size_t index_of(std::uint64_t seq) const {
    return static_cast<std::size_t>((seq - 1) % items_max_);
  }

  void end(Slot& slot) {
    slot.reader = nullptr;
    readers_ -= 1;
    if (!delivering_) remove_ended();
  }

  void remove_ended() {
    std::erase_if(slots_, [](const auto& slot) { return slot->reader == nullptr; });
  }

  void deliver() {
    bool more = false;
    delivering_ = true;
    // By index: a callback may add readers, and their slots live on the heap.
    for (std::size_t i = 0; i < slots_.size(); ++i) more = run(*slots_[i]) || more;
    delivering_ = false;
    remove_ended();
    if (more) turn_.schedule(hook_);
  }

  // Whether the reader has more to take at once.
  bool run(Slot& slot) {
    const auto waits = [&] { return slot.reader != nullptr && !slot.paused && slot.next < next_; };
    if (slot.reader != nullptr && !slot.started) {
      slot.started = true;
      slot.paused = !slot.reader->on_start();
    }
    for (std::size_t n = 0; n < kBatchMax && waits(); ++n) {
      bool ready = false;
      if (slot.next < oldest_seq()) {
        const std::uint64_t first = std::exchange(slot.next, next_);
        ready = slot.reader->on_missed(first, slot.next - 1);
      } else {
        const ItemPtr given = item(slot.next++);  // a copy: the callback may push
        ready = slot.reader->on_item(given);
      }
      slot.paused = !ready;
    }
    return waits();
  }

  base::TurnQueue& turn_;
  const std::size_t items_max_;
  std::vector<ItemPtr> ring_;
  std::uint64_t next_ = 1;
  std::vector<std::unique_ptr<Slot>> slots_;
  std::size_t readers_ = 0;
  bool delivering_ = false;
  base::EndOfTurn<Feed, &Feed::deliver> hook_{*this};
};

}  // namespace proxy::events
