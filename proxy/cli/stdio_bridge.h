// `mcptrunk stdio`: carries JSON-RPC lines between a client's pipes and an endpoint of the daemon.
// A restart of the daemon is survived: what was not sent is sent to the new one, what may be
// repeated is repeated, and a call that was under way fails with a clear error. Resource.
//
// Threads: run() reads on the caller's; kWorkersMax threads post requests, one posts notifications
//          and answers in their order, one reads the session's event stream. All end with run().
// Limits:  kLineBytesMax for a message, kQueueMax requests that wait for a thread.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "protocol/envelope.h"
#include "proxy/cli/mcp_link.h"

namespace proxy::cli {

// How the bridge comes to its daemon. A seam; called from several threads at a time.
class DaemonAccess {
 public:
  virtual ~DaemonAccess() = default;
  virtual base::Result<DaemonAddress> find() = 0;
  // The same, but starts the daemon when it does not run.
  virtual base::Result<DaemonAddress> ensure() = 0;
};

class StdioBridge {
 public:
  static constexpr std::size_t kWorkersMax = 32;
  static constexpr std::size_t kQueueMax = 1000;
  static constexpr std::size_t kLineBytesMax = 16 * 1024 * 1024;
  // How long answers are waited for after the client has closed its end.
  static constexpr std::chrono::seconds kDrainTime{10};

  // False: the client does not read any more.
  using WriteLine = std::function<bool(std::string_view line)>;
  using Complain = std::function<void(const base::Error& error)>;

  // Everything outlives the bridge; the two functions are called from several threads, one at a
  // time. `path` is the endpoint's.
  StdioBridge(DaemonAccess& access, std::string path, WriteLine write_line, Complain complain);
  ~StdioBridge();
  StdioBridge(const StdioBridge&) = delete;
  StdioBridge& operator=(const StdioBridge&) = delete;

  // Until `input` ends; false when the client stopped reading before.
  bool run(int input);

 private:
  struct Job {
    std::string text;
    std::string id;           // raw; empty for what is no request
    bool repeatable = false;  // asking twice changes nothing
  };
  class Worker;

  void on_line(std::string_view line);
  void on_oversized(std::string_view request_id);
  void initialize(const Job& job);
  void take_initialize_answer(std::string_view message, McpSession& opened);
  void enqueue(Job job);
  void cancel_queued(std::string_view id);

  void request_loop();
  void control_loop();
  void listen_loop();

  // Posts until it is answered, refused or given up; the answer goes to the client. `link` is the
  // thread's own and replaced when the daemon is another one.
  void deliver(std::unique_ptr<McpLink>& link, const Job& job);
  void answer_refusal(const Job& job, const Posted& posted);
  void answer_error(const Job& job, int code, const std::string& message);
  // Another session in place of one that the daemon does not know any more.
  bool renew(McpLink& link, const McpSession& lost);
  bool open_link(std::unique_ptr<McpLink>& link, const Job& job);
  McpSession session();
  // Around each wait for the daemon, so that finish() can end it.
  Posted waited_for(McpLink& link, const std::function<Posted()>& wait);
  void write(std::string_view message);
  void complain(const base::Error& error);
  void announce_possible_changes();
  void finish();

  DaemonAccess& access_;
  const std::string path_;
  const WriteLine write_line_;
  const Complain complain_;

  std::mutex mutex_;  // guards what follows, down to the next comment
  std::condition_variable changed_;
  McpSession session_;
  std::string initialize_text_;  // the client's own, for renew()
  bool lists_change_ = false;    // the daemon announced tools' list_changed
  std::deque<Job> requests_;
  std::deque<Job> controls_;
  std::size_t busy_ = 0;  // jobs being delivered
  std::size_t idle_workers_ = 0;
  std::vector<std::thread> workers_;
  bool ending_ = false;           // no more input: threads end once they have nothing to do
  bool stopping_ = false;         // threads end now
  std::vector<McpLink*> in_use_;  // what threads wait for; they take them out before they die

  std::mutex renewing_;  // one thread at a time opens another session
  std::mutex output_;
  bool output_works_ = true;  // guarded by output_
  base::UniqueFd wake_;       // an eventfd: the output broke
};

}  // namespace proxy::cli
