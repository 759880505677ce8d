// Threads for what blocks and has no other way: the name service, and reading files of
// certificates. A job that hangs holds its thread and nobody else's: another thread takes the place
// of one that is slow. Resource.
//
// Ownership: the network thread's. At its end the threads are waited for, but not for long, as they
//            may hang: what they need they hold by themselves, and nothing is heard of one that
//            comes back later.
// Threads:   the loop's thread; jobs run on their own.
// Limits:    kThreadsMax in all, kQuickMax of them not slow; none when there is nothing to do.
#pragma once
#include <functional>
#include <memory>

#include "base/clock.h"
#include "base/loop.h"

namespace net {

class JobThreads {
 public:
  static constexpr std::size_t kThreadsMax = 16;
  static constexpr std::size_t kQuickMax = 2;
  static constexpr base::Milliseconds kSlowAfter{100};
  static constexpr base::Milliseconds kIdleMax{2000};
  static constexpr base::Milliseconds kEndPatience{1000};

  // Run on the loop, with what the job found out.
  using Done = std::function<void()>;
  // Run on a thread.
  using Job = std::function<Done()>;

  explicit JobThreads(base::Loop& loop);
  // Jobs that wait are dropped; what running ones say is not heard.
  ~JobThreads();
  JobThreads(const JobThreads&) = delete;
  JobThreads& operator=(const JobThreads&) = delete;

  void run(Job job);
  std::size_t threads() const;

 private:
  struct Shared;
  void look_for_slow();

  base::Loop& loop_;
  std::shared_ptr<Shared> shared_;
  base::Timer<JobThreads, &JobThreads::look_for_slow> slow_timer_{*this};
};

}  // namespace net
