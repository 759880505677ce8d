// A Transport over the pipes of one child process. Resource.
//
// Sending:   what one turn queues leaves at its end in one write; the rest waits for the pipe, at
//            most unsent_bytes_max.
// Receiving: at most kReadBytesPerTurn of one child in one turn, so that none starves the others.
// stderr:    goes to the server's log; at most kStderrBytesPerWindow are read in kStderrWindow, a
//            child that floods it waits.
// Ending:    see child_protocol.h for who stops whom. on_closed comes when the whole process tree
//            is gone and both pipes have ended, or StopTimes::for_pipes later.
// Memory:    nothing is held by an idle one but its handles; buffers are the host's.
#pragma once
#include <memory>
#include <string>

#include "base/loop.h"
#include "upstream/transport/child_failure.h"
#include "upstream/transport/child_process.h"
#include "upstream/transport/line_reader.h"
#include "upstream/transport/stderr_log.h"
#include "upstream/transport/stdio_host.h"
#include "upstream/transport/transport.h"

namespace upstream {

class StdioTransport final : public Transport, private ChildProcess::Listener {
 public:
  static constexpr std::size_t kReadBytesPerTurn = 256U * 1024;
  static constexpr std::size_t kStderrBytesPerWindow = 128U * 1024;
  static constexpr base::Milliseconds kStderrWindow{100};

  // `host` outlives the transport.
  StdioTransport(StdioHost& host, ChildSpec spec);
  ~StdioTransport() override;

  void start(TransportListener& listener) override;
  [[nodiscard]] bool send(const Outgoing& message) override;
  void close() override;
  void set_paused(bool paused) override;
  std::uint64_t stderr_dropped_bytes() const override { return log_.dropped_bytes(); }
  std::int64_t process_id() const override { return child_.command_id(); }

 private:
  enum class Phase : std::uint8_t {
    idle,  // not started
    open,
    stdin_closed,  // being stopped: StopTimes, one after the other
    terminated,
    killed,
    forced,
    ended,   // the process tree is gone; the pipes are read to their ends
    closed,  // on_closed was called or is about to be
  };
  struct PipeBox {
    uv_pipe_t handle;
    StdioTransport* owner;
  };
  using Pipe = base::BoxPtr<PipeBox>;
  struct WriteBox {
    uv_write_t request;
    StdioTransport* owner;  // null: destroyed while the write was under way
    std::string bytes;
  };

  int open_pipes_and_spawn();
  bool adopt(Pipe& pipe, int descriptor);
  void read_from(PipeBox& pipe);
  void pause(PipeBox& pipe);

  void on_stdout(ssize_t size, std::string_view bytes);
  void deliver_lines(std::string_view bytes);
  void on_stderr(ssize_t size, std::string_view bytes);
  void on_child_ended(const ChildProcess::End& end) override;

  void flush();
  void write_rest(std::string bytes, std::size_t sent);
  void on_written(std::string buffer, int status);
  void end_turn();
  void resume_stderr();

  void await_end();
  void begin_stop();
  void close_stdin();
  void on_stop_timer();
  void finish_if_complete();
  void finish();

  StdioHost& host_;
  const ChildSpec spec_;
  TransportListener* listener_ = nullptr;
  ChildProcess child_;
  Pipe stdin_;
  Pipe stdout_;
  Pipe stderr_;
  LineReader reader_;
  StderrLog log_;
  std::string outgoing_;         // queued in this turn, or behind a write under way
  WriteBox* writing_ = nullptr;  // at most one
  std::size_t read_in_turn_ = 0;
  std::size_t stderr_in_window_ = 0;
  bool* destroyed_ = nullptr;  // set while the listener is called
  Phase phase_ = Phase::idle;
  bool stop_asked_ = false;
  bool closed_output_ = false;
  bool paused_ = false;
  Failure failure_;
  base::EndOfTurn<StdioTransport, &StdioTransport::end_turn> turn_hook_{*this};
  base::Timer<StdioTransport, &StdioTransport::on_stop_timer> stop_timer_{*this};
  base::Timer<StdioTransport, &StdioTransport::resume_stderr> stderr_timer_{*this};
};

}  // namespace upstream
