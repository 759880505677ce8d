// The client side of MCP on one connection: handshake, listing, calls with ids and deadlines,
// progress and cancellation. Resource.
//
// Every message of the upstream is validated before anything of it goes on; what is no JSON-RPC is
// counted, logged and dropped. Requests of the upstream are offered to the listener, else refused.
//
// Ownership: owns its Transport. The listener outlives it. Not destroyed inside a call of its
//            listener or of a sink: retire it to the end of the turn.
// Threads:   the loop thread only.
// Cost:      a call is one row of the table and one message: no allocation in steady state. A
//            message over 64 KiB is scanned beside the loop.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/runtime.h"
#include "base/secret_mask.h"
#include "base/task.h"
#include "upstream/session/audience.h"
#include "upstream/session/call.h"
#include "upstream/session/flow_request.h"
#include "upstream/session/handshake.h"
#include "upstream/session/lister.h"
#include "upstream/session/listing.h"
#include "upstream/session/message_gate.h"
#include "upstream/session/request_table.h"
#include "upstream/session/request_writer.h"
#include "upstream/transport/transport.h"

namespace upstream {

// Never told inside a call of the session's.
class SessionListener {
 public:
  virtual ~SessionListener() = default;
  virtual void on_handshaken(const ServerInfo& server) = 0;
  // The first one makes the session ready; later ones hold the lists that changed.
  virtual void on_listing(Listing listing) = 0;
  // The handshake or the first listing failed on an open connection.
  virtual void on_start_failed(const base::Error& error) = 0;
  // The server had forgotten the session; another is open, which knows nothing of the first.
  virtual void on_renewed() {}
  // `caller`, here and below: the only client it can be meant for; kNobody when that is not
  // certain.
  virtual void on_notification(CallerKey caller, std::string_view method,
                               std::string_view params) = 0;
  // False: it is refused.
  virtual bool on_server_request(CallerKey caller, std::string_view raw_id, std::string_view method,
                                 std::string_view params) = 0;
  // It needs no answer any more to that request of its own.
  virtual void on_server_request_cancelled(std::string_view raw_id) = 0;
  // A call ended: there is room for another.
  virtual void on_call_over() = 0;
  // It ended without an answer. Comes behind on_call_over(), and alone when the connection is lost.
  virtual void on_call_failed(const base::Error& error) = 0;
  // The last one. Every call has been failed by then.
  virtual void on_closed(const Failure& failure) = 0;
};

struct SessionOptions {
  std::string server_name;  // for errors and the log
  ListLimits list_limits;
  protocol::ClientAbilities abilities = kAbilitiesOfAnyClient;  // declared to the server
  Offload offload{};  // for scanning long messages; empty: on the loop, whatever their size
  protocol::Revision offered_revision = protocol::kNewestLegacy;
  base::SecretMask secrets{};  // hidden in what is told of the server
};

class ClientSession final : private MessageGate::Sink,
                            private FlowPort,
                            private RequestTable::DeadlineListener {
 public:
  static constexpr base::Duration kRelistDelay = std::chrono::milliseconds(200);

  ClientSession(base::Runtime runtime, std::unique_ptr<Transport> transport,
                SessionListener& listener, SessionOptions options);
  ~ClientSession() override;
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  // Opens the transport, then handshake and first listing. REQUIRES: called once.
  void start();
  // Ends politely; answers that still come are delivered until on_closed().
  void close();

  // Fails every call and ends the connection without waiting. The listener hears nothing any more.
  // Once the connection is closed it does nothing. REQUIRES: not inside a call of the transport's.
  void abandon(const Failure& failure);

  // `serial` names the call for cancel(). Errors: overloaded, connection_lost, invalid_message; the
  // sink hears nothing then. REQUIRES: serial != 0, spec.deadline > 0, handshake done.
  base::Result<void> call(const CallSpec& spec, std::uint64_t serial);
  // False when no such call waits.
  bool cancel(std::uint64_t serial);
  bool notify(std::string_view method, std::string_view params);
  // Answers a request of the upstream: `body` is a raw result or error object.
  bool answer(std::string_view raw_id, bool is_error, std::string_view body);
  // Any message that comes is the answer: see take_heard().
  void ping();
  // Reads every list again, soon.
  void relist();

  // Whether anything valid came since the last look.
  bool take_heard() { return std::exchange(heard_, false); }
  bool closing() const { return closing_; }
  const ServerInfo& server() const { return server_; }
  std::uint32_t calls_in_flight() const { return calls_in_flight_; }
  // What protocol detection of the transport found; may be empty.
  std::string_view detected() const {
    return transport_ != nullptr ? transport_->detected() : std::string_view();
  }
  // 0 when there is none.
  std::int64_t process_id() const { return transport_ != nullptr ? transport_->process_id() : 0; }
  std::uint64_t garbage_messages() const { return garbage_; }
  // The beginning of the first one, made printable; empty when there was none.
  const std::string& first_garbage() const { return first_garbage_; }
  std::uint64_t stderr_dropped_bytes() const {
    return transport_ != nullptr ? transport_->stderr_dropped_bytes() : 0;
  }
  std::uint64_t late_answers() const { return late_answers_; }

 private:
  using Kinds = std::uint8_t;  // bit n: ListKind n
  static constexpr Kinds kAllKinds = (1U << kListKinds) - 1;

  // Swallows the answers to pings.
  class Unheard final : public CallSink {
    void on_result(CallTag, std::string_view, const protocol::Envelope&) override {}
    void on_error(CallTag, std::string_view, const protocol::Envelope&) override {}
    void on_progress(CallTag, const protocol::Envelope&, std::string_view) override {}
    void on_failed(CallTag, const base::Error&) override {}
  };

  void on_scanned(std::string_view of_request, std::string_view bytes,
                  const protocol::Scanned& scanned) override;
  void on_oversized(std::string_view raw_id) override;
  void on_request_failed(std::string_view raw_id, const Failure& failure) override;
  void on_session_renewed() override;
  void on_closed(const Failure& failure) override;
  std::uint64_t flow_request(std::string_view method, std::string_view params,
                             CallSink& sink) override;
  void flow_abandon(std::uint64_t id) override;
  void flow_notify(std::string_view method, std::string_view params) override;
  void on_deadline(std::uint64_t request_id) override;

  base::Result<RequestTable::Row*> send_request(const CallSpec& spec);
  void send_cancelled(std::uint64_t request_id, std::string_view reason);
  std::string masked(std::string text) const;
  void note_garbage(std::string_view what);
  void on_refused_message(std::string_view of_request, std::string_view bytes,
                          const protocol::ScanError& error);
  void on_response(const protocol::Envelope& message);
  void on_request(std::string_view of_request, const protocol::Envelope& message);
  CallerKey sole_caller();
  CallerKey meant_by(std::string_view of_request);
  void on_notification(std::string_view of_request, const protocol::Envelope& message);
  void on_progress(std::string_view of_request, const protocol::Envelope& message);
  RequestTable::Row* take_answered(std::string_view raw_id);
  enum class Tell : std::uint8_t { listener, nobody };
  void fail_all(const Failure& failure, Tell tell);
  void fail(RequestTable::Row& row, const base::Error& error, Tell tell = Tell::listener,
            std::string_view last_words = {});
  void end_call(const RequestTable::Row& row);
  void note_changed(ListKind kind);

  void begin();
  void arm_relisting();
  void start_relisting();
  base::Task<base::Result<Listing>> open();
  base::Task<base::Result<Listing>> list(Kinds kinds);
  void finish_listing(base::Result<Listing>&& listing, bool first);

  base::Runtime runtime_;
  std::unique_ptr<Transport> transport_;  // null once abandoned
  SessionListener& listener_;
  const SessionOptions options_;

  MessageGate gate_;
  ServerInfo server_;
  RequestTable table_{*this};
  Audience audience_;
  RequestWriter writer_;
  std::string message_;  // the last message that is no request
  Unheard unheard_;
  std::uint32_t calls_in_flight_ = 0;
  std::uint64_t garbage_ = 0;
  std::string first_garbage_;
  std::uint64_t late_answers_ = 0;
  bool heard_ = false;
  bool closing_ = false;
  bool closed_ = false;
  bool listed_ = false;
  bool served_ = false;  // a call of a client
  Kinds changed_ = 0;

  base::EndOfTurn<ClientSession, &ClientSession::begin> begin_{*this};
  base::Timer<ClientSession, &ClientSession::start_relisting> relist_timer_{*this};
  base::Task<base::Result<Listing>> flow_;  // the last member: it uses the others as it ends
};

}  // namespace upstream
