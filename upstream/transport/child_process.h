// One command and its shim, as the daemon sees them: spawn, the shim's reports, signals, one end.
// Resource.
//
// Ownership: StdioTransport. Destroying a live one has the shim kill the tree; the loop then keeps
//            only the process handle, until the shim has ended.
// Threads:   the loop thread only.
#pragma once
#include <sys/types.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "upstream/transport/child_protocol.h"
#include "upstream/transport/child_spec.h"
#include "upstream/transport/stdio_host.h"

namespace upstream {

class ChildProcess {
 public:
  // What the shim reported before it ended.
  struct End {
    std::optional<StatusRecord> start_error;  // chdir_failed, exec_failed or fork_failed
    std::optional<StatusRecord> command_end;  // exited or signalled; nothing: the shim was killed
  };
  class Listener {
   public:
    virtual ~Listener() = default;
    // The shim is gone and with it every process of the tree. Once; may destroy the ChildProcess.
    virtual void on_child_ended(const End& end) = 0;
  };
  // The command's ends of its three pipes; they stay the caller's.
  using Stdio = std::array<int, 3>;

  ChildProcess(StdioHost& host, Listener& listener);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // 0, or the errno with which the shim could not be started; then there is no call of the
  // listener. REQUIRES: called once.
  int spawn(const ChildSpec& spec, const Stdio& stdio);

  // 0 before the shim has reported it and after the end.
  pid_t command_id() const { return command_; }

  void terminate();  // SIGTERM to the command's process group
  void kill_tree();  // the shim kills everything below it and ends
  void force_end();  // for a shim that does not end: kills it, the group and all marked processes

 private:
  struct ProcessBox {
    uv_process_t handle;
    ChildProcess* owner;
  };
  struct StatusBox {
    uv_pipe_t handle;
    ChildProcess* owner;
  };

  int start_shim(const ChildSpec& spec, const Stdio& stdio);
  void signal_shim(int number);
  void kill_without_shim();
  void on_status(ssize_t size, const char* bytes);
  void take_record(const StatusRecord& record);
  void on_shim_exit();
  void end_when_complete();

  StdioHost& host_;
  Listener& listener_;
  ProcessBox* process_ = nullptr;  // closes itself when the shim has ended
  base::BoxPtr<StatusBox> status_;
  std::string marker_;
  std::string record_bytes_;  // a record cut by a read
  End end_;
  pid_t command_ = 0;
};

}  // namespace upstream
