// The requests one session waits for, by the id they were sent with. Ids count up from 1 and are
// never used twice; a ring of twice as many places as there are requests finds the row of an id
// without hashing. Rows are recycled. Resource.
//
// Threads: the loop thread only.
// Cost:    all O(1) but find_serial(); no allocation unless more requests are in flight than ever
//          before.
#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "base/timer_wheel.h"
#include "upstream/session/call.h"

namespace upstream {

class RequestTable {
 public:
  // What a deadline calls: the owner finds the request by its id.
  class DeadlineListener {
   public:
    virtual ~DeadlineListener() = default;
    virtual void on_deadline(std::uint64_t request_id) = 0;
  };

  struct Row {
    explicit Row(DeadlineListener& told) : listener(told) {}
    Row(const Row&) = delete;
    Row& operator=(const Row&) = delete;

    std::uint64_t id = 0;  // 0: free
    std::uint64_t serial = 0;
    CallSink* sink = nullptr;
    CallTag tag = 0;
    CallerKey caller = kOurselves;
    bool internal = false;  // the session's own: not counted as a call, never cancelled by message
    std::string progress_token;

    void fire() { listener.on_deadline(id); }
    DeadlineListener& listener;
    base::Timer<Row, &Row::fire> deadline{*this};
  };

  // `listener` outlives the table.
  explicit RequestTable(DeadlineListener& listener);

  // A row with a fresh id. The reference is good until release().
  Row& add();
  // Null when no request of that id waits.
  Row* find(std::uint64_t id);
  // Null when there is none; linear. REQUIRES: serial != 0.
  Row* find_serial(std::uint64_t serial);
  void release(Row& row);

  // The first row in use at or behind `position`, which is moved behind it; null at the end. Rows
  // may be released between the calls.
  Row* next(std::size_t& position);

  std::size_t size() const { return used_; }
  std::uint64_t last_id() const { return last_id_; }

 private:
  std::uint32_t& place_of(std::uint64_t id) { return ring_[id & (ring_.size() - 1)]; }
  void grow();

  static constexpr std::uint32_t kNone = UINT32_MAX;
  DeadlineListener& listener_;
  std::deque<Row> rows_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> ring_;  // index of the row whose id falls there, or kNone
  std::size_t used_ = 0;
  std::uint64_t last_id_ = 0;
};

}  // namespace upstream
