// Runs long computations beside the loop, on libuv's worker threads, and comes back to the loop
// with the outcome. For the rare work that would hold the loop for a millisecond or more; not for
// blocking I/O.
//
// Threads: run() on the loop thread; `work` on a worker; `done` on the loop thread, not inside
// run(). Limits:  none of its own: callers bound what they start.
#pragma once
#include <uv.h>

#include <functional>
#include <memory>

#include "base/loop.h"

namespace base {

// `work` touches only what it owns or nobody else touches meanwhile. `done` always runs, at the
// latest when the loop is destroyed.
inline void offload(Loop& loop, std::function<void()> work, std::function<void()> done) {
  struct Job {
    uv_work_t request{};
    std::function<void()> work;
    std::function<void()> done;
  };
  auto job = std::make_unique<Job>();
  job->work = std::move(work);
  job->done = std::move(done);
  job->request.data = job.get();
  uv_queue_work(
      loop.uv(), &job->request, [](uv_work_t* r) { static_cast<Job*>(r->data)->work(); },
      [](uv_work_t* r, int) {
        const std::unique_ptr<Job> finished(static_cast<Job*>(r->data));
        finished->done();
      });
  (void)job.release();  // the completion above owns it now
}

}  // namespace base
