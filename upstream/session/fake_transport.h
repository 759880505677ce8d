// A Transport for unit tests: what is sent is recorded, what arrives is said by the test.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "upstream/transport/transport.h"

namespace upstream {

// What happened to a FakeTransport; outlives it. Value.
struct FakeLine {
  std::vector<std::string> sent;
  bool started = false;
  bool closed = false;  // close() was called
  bool destroyed = false;
  bool paused = false;
  bool full = false;  // send() refuses
  TransportListener* listener = nullptr;

  std::string take_sent() {
    if (sent.empty()) return {};
    std::string first = sent.front();
    sent.erase(sent.begin());
    return first;
  }
  void deliver(std::string_view bytes) { listener->on_message(bytes); }
  void end(FailureKind kind, std::string message) {
    listener->on_closed({kind, 0, std::move(message), {}, {}});
  }
};

class FakeTransport final : public Transport {
 public:
  explicit FakeTransport(FakeLine& line) : line_(line) {}
  ~FakeTransport() override { line_.destroyed = true; }
  void start(TransportListener& listener) override {
    line_.started = true;
    line_.listener = &listener;
  }
  bool send(const Outgoing& message) override {
    if (line_.full) return false;
    line_.sent.emplace_back(message.bytes);
    return true;
  }
  void close() override { line_.closed = true; }
  void set_paused(bool paused) override { line_.paused = paused; }
  std::int64_t process_id() const override { return 4711; }

 private:
  FakeLine& line_;
};

}  // namespace upstream
