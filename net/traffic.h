// All exchanges of all clients, on the network thread: takes orders, lets origins start in turn
// when there are many, reports. Resource.
//
// Ownership: Network's thread.
// Threads:   the network thread.
// Limits:    kExchangesMax at the same time over all origins; origins that have more to do take
//            turns, one exchange each.
#pragma once
#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <unordered_map>

#include "net/origin.h"

namespace net {

struct NetworkOptions {
  LookUp look_up = &net::look_up;
  std::uint32_t exchanges_max = 8192;
};

class Traffic final : private Origin::Owner {
 public:
  using Tell = std::function<void(Report&&)>;

  struct Counts {
    std::atomic<std::uint32_t> running{0};
    std::atomic<std::uint32_t> connections{0};
    std::atomic<std::uint32_t> job_threads{0};
  };

  // `tell` is called on this thread; `counts` are for others to read.
  Traffic(base::Loop& loop, const NetworkOptions& options, Tell tell, Counts& counts);
  ~Traffic() override;
  Traffic(const Traffic&) = delete;
  Traffic& operator=(const Traffic&) = delete;

  void take(Order&& order);

 private:
  void report(Report report) override { tell_(std::move(report)); }
  void on_place(Origin& origin) override;
  void start_more();
  void line_up(Origin& origin);
  void start_urgent();
  void count();

  base::Loop& loop_;
  const std::uint32_t exchanges_max_;
  const Tell tell_;
  Counts& counts_;
  JobThreads threads_;
  Resolver resolver_;
  const std::shared_ptr<TrustStores> stores_ = std::make_shared<TrustStores>();
  std::size_t running_ = 0;  // of all origins
  std::unordered_map<ClientId, std::unique_ptr<Origin>> origins_;
  std::list<Origin*> turns_;  // with something to start, the next first
  base::EndOfTurn<Traffic, &Traffic::start_more> start_hook_{*this};
};

}  // namespace net
