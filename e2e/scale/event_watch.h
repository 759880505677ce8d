// Subscribers of /events, all of one thread, who note what arrives and when. Resource.
//
// Threads: a thread of its own; the methods from one other.
#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/unique_fd.h"

namespace scale {

struct SeenEvent {
  std::string id;
  std::string server;  // empty: not of one server
  std::string to;      // the new state
  std::chrono::system_clock::time_point published;
  std::chrono::system_clock::time_point arrived;
};

class EventWatch {
 public:
  // Gives up when a subscription is refused. They are all open when this returns.
  EventWatch(std::uint16_t port, const std::string& key, std::size_t subscribers,
             const std::string& query);
  ~EventWatch();
  EventWatch(const EventWatch&) = delete;
  EventWatch& operator=(const EventWatch&) = delete;

  // Until every subscriber has seen each of the servers reach the state; false: not in time.
  bool wait_until_seen(const std::set<std::string>& servers, const std::string& state,
                       std::chrono::seconds patience);
  // What each has seen since the last time up to the event of that id, in its order; waits until
  // all of them have it. Empty: not in time.
  std::vector<std::vector<SeenEvent>> take_until(const std::string& id,
                                                 std::chrono::seconds patience);

 private:
  struct Subscriber {
    base::UniqueFd socket;
    std::string unread;  // of the chunked body
    std::string text;    // of it, the chunks joined
    std::chrono::system_clock::time_point read_at;
    std::vector<SeenEvent> seen;
  };
  void run();
  static void join_chunks(Subscriber& subscriber);
  static void take_events(Subscriber& subscriber);

  std::vector<Subscriber> subscribers_;
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

}  // namespace scale
