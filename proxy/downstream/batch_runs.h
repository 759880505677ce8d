// The batches that are being carried out: a few messages in a turn of the loop, and the batches
// take turns, so that a batch of the most expensive messages keeps nobody waiting. Resource.
//
// Ownership: an endpoint's; owns the runs, and with them the texts of their messages.
// Threads:   the loop thread.
// Limits:    kMessagesInTurn; the texts are taken from a BatchRoom.
#pragma once
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/runtime.h"
#include "protocol/envelope.h"
#include "proxy/downstream/batch_room.h"

namespace proxy::downstream {

// What one batch needs to be carried out. Destroyed when that is over.
class BatchRun {
 public:
  virtual ~BatchRun() = default;
  // The next message. False: nobody wants the rest of them.
  virtual bool carry_out(const protocol::Scanned& message) = 0;
};

class BatchRuns {
 public:
  static constexpr std::size_t kMessagesInTurn = 4;

  explicit BatchRuns(base::Runtime runtime) : runtime_(runtime) {}
  BatchRuns(const BatchRuns&) = delete;
  BatchRuns& operator=(const BatchRuns&) = delete;

  // Begins behind the present turn. `messages` are parts of `body`, which is copied into `room`.
  void start(std::string_view body, const std::vector<std::string_view>& messages,
             BatchRoom::Share room, std::unique_ptr<BatchRun> run);

 private:
  struct Job {
    std::string body;
    std::vector<std::string_view> messages;  // in it
    BatchRoom::Share room;
    std::unique_ptr<BatchRun> run;
    std::size_t next = 0;
  };

  void go_on();

  base::Runtime runtime_;
  std::list<Job> jobs_;  // whose turn it is first
  base::Timer<BatchRuns, &BatchRuns::go_on> timer_{*this};
};

}  // namespace proxy::downstream
