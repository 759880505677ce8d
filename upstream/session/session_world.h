// For unit tests of the session: simulated time, a scripted connection, a listener and a sink that
// record.
#pragma once
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/sim_runtime.h"
#include "protocol/envelope.h"
#include "protocol/splice.h"
#include "upstream/session/client_session.h"
#include "upstream/session/fake_transport.h"

namespace upstream::session_test {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct RecordingSink final : CallSink {
  void on_result(CallTag tag, std::string_view result, const protocol::Envelope&) override {
    log.push_back("result " + std::to_string(tag) + " " + std::string(result));
  }
  void on_error(CallTag tag, std::string_view error, const protocol::Envelope&) override {
    log.push_back("error " + std::to_string(tag) + " " + std::string(error));
  }
  void on_progress(CallTag tag, const protocol::Envelope& message,
                   std::string_view token) override {
    std::string bytes;
    protocol::append_progress(bytes, message, token);
    log.push_back("progress " + std::to_string(tag) + " " + bytes);
  }
  void on_failed(CallTag tag, const base::Error& error) override {
    log.push_back("failed " + std::to_string(tag) + " " + std::string(base::to_string(error.code)));
    last_error = error;
  }
  std::vector<std::string> log;
  base::Error last_error;
};

struct RecordingListener final : SessionListener {
  void on_handshaken(const ServerInfo&) override { ++handshakes; }
  void on_listing(Listing listing) override { listings.push_back(std::move(listing)); }
  void on_start_failed(const base::Error& error) override { start_error = error; }
  void on_notification(CallerKey caller, std::string_view method,
                       std::string_view params) override {
    notifications.push_back(std::to_string(caller) + " " + std::string(method) +
                            std::string(params));
  }
  bool on_server_request(CallerKey caller, std::string_view raw_id, std::string_view method,
                         std::string_view) override {
    requests.push_back(std::to_string(caller) + " " + std::string(raw_id) + " " +
                       std::string(method));
    return keeps_requests;
  }
  void on_server_request_cancelled(std::string_view raw_id) override {
    requests.push_back("cancelled " + std::string(raw_id));
  }
  void on_renewed() override { ++renewed; }
  void on_call_over() override { ++calls_over; }
  void on_call_failed(const base::Error& error) override { calls_failed.push_back(error); }
  void on_closed(const Failure& failure) override { closed = failure; }

  int handshakes = 0;
  int renewed = 0;
  int calls_over = 0;
  std::vector<base::Error> calls_failed;
  bool keeps_requests = false;
  std::vector<std::string> requests;
  std::vector<Listing> listings;
  std::vector<std::string> notifications;
  std::optional<base::Error> start_error;
  std::optional<Failure> closed;
};

struct World {
  World() {
    session.start();
    sim.settle();
  }
  // Answers the oldest unanswered request of ours with a result.
  void answer(std::string_view result) {
    const std::string request = line.take_sent();
    CAPTURE(request);
    const protocol::Scanned scanned = protocol::scan(request);
    REQUIRE(scanned.ok());
    REQUIRE_FALSE(scanned->id.empty());
    std::string bytes;
    protocol::append_response(bytes, scanned->id, result);
    line.deliver(bytes);
  }
  void shake_hands(std::string_view capabilities = R"({"tools":{"listChanged":true}})") {
    answer(R"({"protocolVersion":"2025-06-18","capabilities":)" + std::string(capabilities) +
           R"(,"serverInfo":{"name":"s","version":"2"},"instructions":"be kind"})");
    CHECK(line.take_sent() == R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }
  void become_ready() {
    shake_hands();
    answer(R"({"tools":[{"name":"a"}]})");
    REQUIRE(listener.listings.size() == 1);
    line.sent.clear();
  }
  base::Result<void> call(CallTag tag, std::string_view token = {}, CallerKey caller = kNobody) {
    CallSpec spec;
    spec.method = "tools/call";
    spec.name = "echo";
    spec.arguments = R"({"x":1})";
    spec.progress_token = token;
    spec.deadline = seconds(10);
    spec.caller = caller;
    spec.tag = tag;
    spec.sink = &sink;
    return session.call(spec, tag);
  }

  base::SimRuntime sim;
  FakeLine line;
  RecordingListener listener;
  RecordingSink sink;
  ClientSession session{
      sim.runtime(),
      std::make_unique<FakeTransport>(line),
      listener,
      {"db",
       ListLimits{.pages_max = 3, .items_max = 5, .bytes_max = 10'000, .cursor_bytes_max = 100}}};
};

}  // namespace upstream::session_test
