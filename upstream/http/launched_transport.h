// A Transport to a server that is started here and then dialled: its process and the connection to
// it live and end together. Resource.
//
// Until the server first speaks, a dial that fails is repeated: it is still starting. How long that
// may take is the caller's matter. What the process writes to stdout is its own affair.
//
// Ownership: owns the process and what dials it.
// Threads:   the loop thread only.
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "base/runtime.h"
#include "upstream/http/held_messages.h"
#include "upstream/transport/transport.h"

namespace upstream {

class LaunchedTransport final : public Transport, private TransportListener {
 public:
  static constexpr base::Duration kDialAgain = std::chrono::milliseconds(250);
  using Dial = std::function<std::unique_ptr<Transport>()>;

  // `process`: not started yet. `dial` makes a connection, not started.
  LaunchedTransport(base::Runtime runtime, std::unique_ptr<Transport> process, Dial dial);
  ~LaunchedTransport() override = default;

  void start(TransportListener& listener) override;
  [[nodiscard]] bool send(const Outgoing& message) override;
  void close() override;
  std::int64_t process_id() const override { return process_->process_id(); }
  std::uint64_t stderr_dropped_bytes() const override { return process_->stderr_dropped_bytes(); }
  std::string_view detected() const override {
    return connection_ != nullptr ? connection_->detected() : std::string_view();
  }

 private:
  // Hears the process.
  class Watch final : public TransportListener {
   public:
    explicit Watch(LaunchedTransport& owner) : owner_(owner) {}
    void on_message(std::string_view) override {}
    void on_oversized(std::string_view) override {}
    void on_closed(const Failure& failure) override { owner_.on_process_ended(failure); }

   private:
    LaunchedTransport& owner_;
  };

  // What the connection says.
  void on_message(std::string_view bytes) override { on_related_message({}, bytes); }
  void on_related_message(std::string_view raw_id, std::string_view bytes) override;
  void on_oversized(std::string_view raw_id) override { listener_->on_oversized(raw_id); }
  void on_request_failed(std::string_view raw_id, const Failure& failure) override {
    listener_->on_request_failed(raw_id, failure);
  }
  void on_session_renewed() override { listener_->on_session_renewed(); }
  void on_closed(const Failure& failure) override;

  void dial();
  void on_process_ended(const Failure& failure);

  base::Runtime runtime_;
  const Dial dial_;
  TransportListener* listener_ = nullptr;
  Watch watch_{*this};
  HeldMessages held_;
  bool settled_ = false;
  bool closing_ = false;
  std::optional<Failure> reason_;  // why the process is being ended
  std::unique_ptr<Transport> process_;
  std::unique_ptr<Transport> connection_;
  base::Timer<LaunchedTransport, &LaunchedTransport::dial> timer_{*this};
};

}  // namespace upstream
