// The answer to a JSON-RPC batch (2025-03-26 only): filled as the answers come, in any order, and
// sent when the last one has. Resource, shared by the Replies of its requests.
//
// Threads: the loop thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "proxy/downstream/reply_channel.h"

namespace proxy::downstream {

class Batch final : public ReplyChannel {
 public:
  // `requests`: how many of its messages get an answer, at least one.
  Batch(http::Exchange exchange, std::size_t requests)
      : exchange_(std::move(exchange)), outstanding_(requests) {}
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  void add(http::Exchange::Parts message) override;
  void skip() override;
  void notify(std::string_view) override {}  // a batch is answered at once
  bool carries_notices() const override { return false; }

 private:
  void settle_one();

  http::Exchange exchange_;
  std::string answers_;
  std::size_t outstanding_;
};

}  // namespace proxy::downstream
