// The connection to a simulated server, and the server itself. Resource.
#pragma once
#include <cstdint>
#include <list>
#include <set>
#include <string>
#include <string_view>

#include "base/runtime.h"
#include "behaviour.h"
#include "protocol/envelope.h"
#include "upstream/transport/transport.h"

namespace sim {

// Told when a simulated process begins and ends, and what it hears.
class ProcessTable {
 public:
  virtual ~ProcessTable() = default;
  virtual void on_process_started(std::uint32_t upstream, std::uint64_t process) = 0;
  virtual void on_process_ended(std::uint32_t upstream, std::uint64_t process) = 0;
  virtual void on_call_heard(std::uint64_t process, std::string_view arguments) = 0;
  // An answer to a question that it did not ask, or that was answered already.
  virtual void on_stray_answer(std::uint64_t process) = 0;
};

class SimTransport final : public upstream::Transport {
 public:
  SimTransport(base::Runtime runtime, ProcessTable& processes, std::uint32_t upstream,
               std::uint64_t process, const Behaviour& behaviour);
  ~SimTransport() override;

  void start(upstream::TransportListener& listener) override;
  bool send(const upstream::Outgoing& message) override;
  void close() override;
  // The connection breaks.
  void die();
  bool closing() const { return closing_; }
  bool listens() const { return alive_ && !closing_ && !is_deaf(); }
  std::uint32_t upstream() const { return upstream_; }
  std::int64_t process_id() const override { return static_cast<std::int64_t>(process_); }

 private:
  // One line on its way to the client.
  struct Line {
    Line(SimTransport& to, std::string text, bool too_large)
        : transport(to), bytes(std::move(text)), oversized(too_large) {}
    void arrive() { transport.deliver(*this); }
    SimTransport& transport;
    std::string bytes;  // of an oversized one: its id
    bool oversized;
    base::Timer<Line, &Line::arrive> timer{*this};
  };

  void say(std::string bytes, base::Duration after);
  void say_oversized(std::string_view id, base::Duration after);
  void deliver(Line& line);
  void answer(const protocol::Envelope& request, std::string_view result);
  void answer_initialize(const protocol::Envelope& request);
  void answer_list(const protocol::Envelope& request);
  void answer_call(const protocol::Envelope& request);
  void misbehave();
  void ask_client();
  void log_later(std::string_view arguments);
  void end_after(base::Duration delay, upstream::Failure failure);
  void on_end();
  void release();
  base::Duration answer_time();
  bool is_deaf() const { return listed_ && behaviour_.deaf && lines_.size() > 4; }
  bool chance(double share) { return runtime_.random.unit() < share; }

  base::Runtime runtime_;
  ProcessTable& processes_;
  const std::uint32_t upstream_;
  const std::uint64_t process_;
  const Behaviour behaviour_;
  upstream::TransportListener* listener_ = nullptr;
  std::list<Line> lines_;
  upstream::Failure ending_;
  bool alive_ = false;
  bool closing_ = false;
  bool listed_ = false;
  std::uint32_t asked_ = 0;
  std::set<std::string, std::less<>> open_questions_;  // their ids
  base::Timer<SimTransport, &SimTransport::on_end> end_timer_{*this};
};

}  // namespace sim
