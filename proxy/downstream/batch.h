// The answer to a JSON-RPC batch (2025-03-26 only): filled as the answers come, in any order, and
// sent when the last one has. Resource, shared by whoever carries the batch out and the Replies of
// its requests.
//
// Threads: the loop thread.
// Limits:  kAnswersBytesMax, and the room for all batches; an answer beyond is replaced by an
// error.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/downstream/batch_room.h"
#include "proxy/downstream/reply_channel.h"

namespace proxy::downstream {

class Batch final : public ReplyChannel {
 public:
  static constexpr std::size_t kAnswersBytesMax = 32UL * 1024 * 1024;

  Batch(http::Exchange exchange, BatchRoom::Share room)
      : exchange_(std::move(exchange)), room_(std::move(room)) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  // One more of its messages gets an answer.
  void expect() { ++outstanding_; }
  // All that get an answer were announced.
  void complete() { settle_one(); }
  // The client waits for it.
  bool is_wanted() const { return exchange_.open(); }
  // An answer was too much: what was not carried out yet need not be.
  bool is_full() const { return is_full_; }

  void add(std::string_view id, http::Exchange::Parts message) override;
  void skip() override;
  void notify(std::string_view) override {}  // a batch is answered at once
  bool carries_notices() const override { return false; }

 private:
  bool has_room(std::size_t bytes);
  void settle_one();

  http::Exchange exchange_;
  BatchRoom::Share room_;
  std::string answers_;
  std::size_t outstanding_ = 1;  // with complete()
  bool is_full_ = false;
};

}  // namespace proxy::downstream
