// From names to addresses, by the system's name service, which may hang: it is asked on threads of
// its own, each name once at a time, and whoever waits gives up when it likes. Resource.
//
// Ownership: the network thread's; outlives every waiter.
// Threads:   the network thread.
// Limits:    kCachedMax names; an answer counts for kFresh, a failure for kFailureFresh.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.h"
#include "net/address_rules.h"
#include "net/job_threads.h"

namespace net {

// What the name service said. Value.
struct Resolved {
  static constexpr std::size_t kAddressesMax = 8;

  std::vector<IpAddress> addresses;  // in the order to try; both families
  std::string problem;               // why there is none
};

// May block as long as it likes; called on threads.
using LookUp = std::function<Resolved(const std::string& host)>;
// The system's: files, DNS, whatever it is told to ask.
Resolved look_up(const std::string& host);
// The address a numeric host means, also in forms such as 127.1 or 0x7f000001. Never blocks.
std::optional<IpAddress> numeric_address(const std::string& host);

class Resolver {
 public:
  static constexpr base::Duration kFresh = std::chrono::seconds(30);
  static constexpr base::Duration kFailureFresh = std::chrono::seconds(1);
  static constexpr std::size_t kCachedMax = 1024;

  // Waits for one name. Destroying it, or asking again, gives up the former wait. Resource.
  class Waiter {
   public:
    using Tell = std::function<void(const Resolved&)>;
    Waiter() = default;
    ~Waiter() { stop(); }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    void stop();

   private:
    friend class Resolver;
    Resolver* resolver_ = nullptr;
    std::string host_;
    Tell tell_;
  };

  Resolver(base::Loop& loop, JobThreads& threads, LookUp look_up)
      : loop_(loop), threads_(threads), look_up_(std::move(look_up)) {}
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // What is known and fresh; null otherwise.
  const Resolved* known(const std::string& host) const;
  // `tell` is called once, later; it may destroy the waiter.
  void ask(const std::string& host, Waiter& waiter, Waiter::Tell tell);
  // It led nowhere: the next one asks anew.
  void forget(const std::string& host);

 private:
  struct Name {
    Resolved resolved;
    base::TimePoint fresh_until{};
    bool asked = false;  // the answer is not there yet
    std::vector<Waiter*> waiters;
  };

  void take(const std::string& host, Resolved resolved);
  void make_room();

  base::Loop& loop_;
  JobThreads& threads_;
  const LookUp look_up_;
  std::unordered_map<std::string, Name> names_;
};

}  // namespace net
