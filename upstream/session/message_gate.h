// Stands between a transport and its session: a long message is scanned beside the loop, and all
// that comes behind it waits, so that everything arrives in its order. Resource.
//
// Ownership: the session's; the sink and the transport outlive it, or clear() comes first.
// Threads:   the loop thread; the scanning of a long message on a worker.
// Limits:    while more than kWaitingBytesMax wait, the transport is asked to pause.
// Cost:      nothing for a short message when nothing waits.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/envelope.h"
#include "upstream/transport/transport.h"

namespace upstream {

// Runs `work` beside the loop, then `done` on it, never inside the call.
using Offload = std::function<void(std::function<void()> work, std::function<void()> done)>;

class MessageGate final : public TransportListener {
 public:
  static constexpr std::size_t kWaitingBytesMax = 1024UL * 1024;

  // Hears what the transport says, each message scanned. May clear() the gate in any call.
  class Sink {
   public:
    virtual ~Sink() = default;
    // `of_request`: the id of the request in whose answer it came; empty when that is not known.
    virtual void on_scanned(std::string_view of_request, std::string_view bytes,
                            const protocol::Scanned& scanned) = 0;
    virtual void on_oversized(std::string_view raw_id) = 0;
    virtual void on_request_failed(std::string_view raw_id, const Failure& failure) = 0;
    virtual void on_session_renewed() = 0;
    virtual void on_closed(const Failure& failure) = 0;
  };

  // Without `offload` every message is scanned at once.
  MessageGate(Offload offload, Sink& sink) : offload_(std::move(offload)), sink_(sink) {}
  ~MessageGate() override { clear(); }
  MessageGate(const MessageGate&) = delete;
  MessageGate& operator=(const MessageGate&) = delete;

  // Who is paused. REQUIRES: before anything comes.
  void attach(Transport& transport) { transport_ = &transport; }
  // Forgets what waits; nothing comes through any more.
  void clear();

  void on_message(std::string_view bytes) override { on_related_message({}, bytes); }
  void on_related_message(std::string_view raw_id, std::string_view bytes) override;
  void on_oversized(std::string_view raw_id) override;
  void on_request_failed(std::string_view raw_id, const Failure& failure) override;
  void on_session_renewed() override;
  void on_closed(const Failure& failure) override;

 private:
  enum class Kind : std::uint8_t { message, oversized, request_failed, session_renewed, closed };
  struct Event {
    Kind kind = Kind::message;
    std::string text;  // the message or the id
    Failure failure;
    std::string of_request;  // of a message
  };
  // One message on a worker: both sides hold it, one after the other.
  struct Scan {
    MessageGate* gate = nullptr;  // null: cleared meanwhile
    std::string of_request;
    std::string bytes;
    std::optional<protocol::Scanned> outcome;
  };

  bool is_long(std::string_view bytes) const;
  void wait(Event event);
  void scan_beside(std::string of_request, std::string bytes);
  void on_scan_done(Scan& scan);
  void deliver_waiting();
  void deliver(const Event& event);
  void pause_if_needed();

  const Offload offload_;
  Sink& sink_;
  Transport* transport_ = nullptr;
  std::shared_ptr<Scan> scan_;  // null: no message is being scanned
  std::deque<Event> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool paused_ = false;
};

}  // namespace upstream
