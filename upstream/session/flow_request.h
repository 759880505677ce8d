// How a coroutine of the session (handshake, listing) asks the upstream something and waits.
#pragma once
#include <string>
#include <string_view>

#include "base/task.h"
#include "protocol/envelope.h"
#include "upstream/session/call.h"

namespace upstream {

// What came of it. Value.
struct FlowReply {
  enum class Outcome : std::uint8_t { result, error, failed };
  Outcome outcome = Outcome::failed;
  std::string body;     // the raw result or error object
  base::Error failure;  // of `failed`; of `error` its message
};

// What flows may do with their session. Threads: the loop thread only.
class FlowPort {
 public:
  virtual ~FlowPort() = default;
  // Sends a request whose outcome `sink` hears, never inside this call. Returns its id, 0 when it
  // could not be sent. It has no deadline of its own: the start as a whole has one, and a listing
  // that nobody waits for ends with the connection.
  virtual std::uint64_t flow_request(std::string_view method, std::string_view params,
                                     CallSink& sink) = 0;
  virtual void flow_abandon(std::uint64_t id) = 0;
  virtual void flow_notify(std::string_view method, std::string_view params) = 0;
};

// One request of a flow: a local of it, awaited by name. Destroying it abandons the request.
class FlowRequest final : private CallSink {
 public:
  FlowRequest(FlowPort& port, std::string_view method, std::string_view params)
      : port_(port), id_(port.flow_request(method, params, *this)) {
    if (id_ == 0) {
      FlowReply reply;
      reply.failure = {base::ErrorCode::overloaded, "The server does not read its input", ""};
      reply_.complete(std::move(reply));
    }
  }
  ~FlowRequest() override {
    if (!reply_.completed()) port_.flow_abandon(id_);
  }
  FlowRequest(const FlowRequest&) = delete;
  FlowRequest& operator=(const FlowRequest&) = delete;

  bool await_ready() const noexcept { return reply_.await_ready(); }
  void await_suspend(std::coroutine_handle<> waiter) noexcept { reply_.await_suspend(waiter); }
  FlowReply await_resume() { return reply_.await_resume(); }

 private:
  void on_result(CallTag, std::string_view result, const protocol::Envelope&) override {
    reply_.complete({FlowReply::Outcome::result, std::string(result), {}});
  }
  void on_error(CallTag, std::string_view error, const protocol::Envelope& message) override {
    reply_.complete({FlowReply::Outcome::error,
                     std::string(error),
                     {base::ErrorCode::protocol_error, message.error_message.text(), ""}});
  }
  void on_progress(CallTag, const protocol::Envelope&, std::string_view) override {}
  void on_failed(CallTag, const base::Error& error) override {
    reply_.complete({FlowReply::Outcome::failed, {}, error});
  }

  FlowPort& port_;
  base::Completion<FlowReply> reply_;
  const std::uint64_t id_;
};

}  // namespace upstream
