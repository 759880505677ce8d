// Carries the exchanges of all sites out over connections, on one thread with a loop of its own:
// the caller's loop gives orders and is told what came, in batches, and never waits. Resource.
//
// Ownership: the daemon's; outlives every client it made and every exchange of theirs.
// Threads:   the thread of the loop it is given. Its own ends with it, but for lookups that hang in
//            the name service: those threads touch nothing of ours any more.
// Cost:      the thread, once there is a client; nothing for a site that has no exchange under way
//            and had none for half a minute.
#pragma once
#include <memory>
#include <thread>

#include "base/loop.h"
#include "base/mailbox.h"
#include "net/traffic.h"

namespace net {

class Network {
 public:
  explicit Network(base::Loop& loop, NetworkOptions options = {});
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // The way to a site, over connections of its own. Its exchanges are destroyed before it; with it
  // go its connections.
  std::unique_ptr<HttpClient> client(SitePtr site);

  // As they were a moment ago.
  struct Counts {
    std::uint32_t running = 0;      // exchanges under way
    std::uint32_t connections = 0;  // open ones, idle ones too
    std::uint32_t job_threads = 0;  // beside the network thread
  };
  Counts counts() const {
    return {counts_.running.load(), counts_.connections.load(), counts_.job_threads.load()};
  }

 private:
  class Under;  // one exchange under way
  class Client;
  class Engine;  // what lives on the thread

  void start_thread();
  void order(Order order);
  void receive(Report&& report);

  base::Loop& loop_;
  const NetworkOptions options_;
  Traffic::Counts counts_;
  ClientId last_client_ = 0;
  base::Mailbox<Report> reports_;
  Engine* engine_ = nullptr;  // the thread's own; null while there is none
  std::thread thread_;
};

}  // namespace net
