// A Transport to an HTTP server of unknown kind: climbs the ladder (probe_ladder.h) until one kind
// of transport gets an answer, then is that one. Resource.
//
// Ownership: owns the transports it tries; `make_client` outlives it.
// Threads:   the loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/runtime.h"
#include "upstream/http/held_messages.h"
#include "upstream/http/probe_ladder.h"
#include "upstream/http/streamable_transport.h"
#include "upstream/transport/transport.h"

namespace upstream {

class ProbingTransport final : public Transport, private TransportListener, ExchangeListener {
 public:
  using MakeClient = std::function<std::unique_ptr<HttpClient>()>;
  // An older server may leave the probe without an answer.
  static constexpr base::Duration kDiscoverPatience = std::chrono::seconds(5);

  // `remembered`: what detected() said of the server in an earlier connection; may be empty.
  ProbingTransport(base::Runtime runtime, MakeClient make_client, Url url,
                   std::string_view remembered, Ladder ladder = Ladder::whole);
  ~ProbingTransport() override = default;

  void start(TransportListener& listener) override;
  [[nodiscard]] bool send(const Outgoing& message) override;
  void close() override;
  std::string_view detected() const override {
    return settled_ ? remembered_word(rung_) : std::string_view();
  }

 private:
  void on_message(std::string_view bytes) override { on_related_message({}, bytes); }
  void on_related_message(std::string_view raw_id, std::string_view bytes) override;
  void on_oversized(std::string_view raw_id) override { listener_->on_oversized(raw_id); }
  void on_request_failed(std::string_view raw_id, const Failure& failure) override {
    listener_->on_request_failed(raw_id, failure);
  }
  void on_session_renewed() override { listener_->on_session_renewed(); }
  void on_closed(const Failure& failure) override;
  void on_head(const HttpHead&) override {}
  void on_event(const protocol::SseEvent& event) override;
  void on_end(HttpEnd end) override;

  void climb(Rung to);
  void discover();
  void on_discover_late();
  void conclude_discovery(const HttpEnd& end);
  void try_transport();
  void end_turn() { finish(stopped_reason_); }
  void finish(const Failure& failure);

  base::Runtime runtime_;
  const MakeClient make_client_;
  const Url url_;
  const Failure stopped_reason_;
  TransportListener* listener_ = nullptr;
  const Ladder ladder_;
  Rung rung_;
  bool remembered_;
  bool settled_ = false;
  bool closed_ = false;
  HeldMessages held_;                   // while it is not known how to send them
  std::string discovered_;              // the message of a streamed answer to the probe
  std::unique_ptr<HttpClient> client_;  // of the probe
  std::unique_ptr<HttpExchange> probe_;
  std::unique_ptr<Transport> transport_;
  std::optional<Failure> first_failure_;  // what the next rung was tried for
  base::Timer<ProbingTransport, &ProbingTransport::on_discover_late> timer_{*this};
  base::EndOfTurn<ProbingTransport, &ProbingTransport::end_turn> turn_hook_{*this};
};

}  // namespace upstream
