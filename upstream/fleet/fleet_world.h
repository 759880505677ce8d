// For unit tests of the fleet: simulated time, scripted connections, an observer and a sink that
// record.
#pragma once
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/sim_runtime.h"
#include "protocol/envelope.h"
#include "protocol/splice.h"
#include "upstream/fleet/fleet.h"
#include "upstream/session/fake_transport.h"

namespace upstream::fleet_test {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// What a server asks a client.
inline constexpr const char* kQuestion =
    R"({"jsonrpc":"2.0","id":7,"method":"elicitation/create","params":{}})";

struct RecordingSink final : CallSink {
  void on_result(CallTag tag, std::string_view result, const protocol::Envelope&) override {
    log.push_back(std::to_string(tag) + " " + std::string(result));
  }
  void on_error(CallTag tag, std::string_view, const protocol::Envelope&) override {
    log.push_back(std::to_string(tag) + " error");
  }
  void on_progress(CallTag, const protocol::Envelope&, std::string_view) override {}
  void on_failed(CallTag tag, const base::Error& error) override {
    log.push_back(std::to_string(tag) + " " + std::string(base::to_string(error.code)));
    last_error = error;
  }
  std::vector<std::string> log;
  base::Error last_error;
};

struct RecordingObserver final : FleetObserver {
  void on_state_changed(UpstreamId id, State from, State to, std::string_view) override {
    CHECK(from != to);
    if (last.contains(id)) CHECK(last[id] == from);
    last[id] = to;
    history.push_back(to);
  }
  void on_listing(UpstreamId, Listing) override { ++listings; }
  void on_memory_changed(UpstreamId id, const UpstreamMemory& memory) override {
    memories[id] = memory;
  }
  void on_machine_woke(base::Duration slept) override { sleeps.push_back(slept); }
  void on_cascade_guard(bool tripped, std::uint32_t, std::uint32_t) override {
    guard_tripped = tripped;
  }
  void commit_auto_disable(UpstreamId, std::string, CommitDone done) override {
    commits.push_back(std::move(done));
  }
  void on_notification(const NoticeSource& source, std::string_view method,
                       std::string_view) override {
    notifications.emplace_back(source.meant == kNobody
                                   ? std::string(method)
                                   : std::to_string(source.meant) + " " + std::string(method));
  }
  bool on_server_request(const ServerRequestRef& request, CallerKey caller, std::string_view,
                         std::string_view) override {
    asked.push_back({request.upstream, request.session, "7", request.instance});
    asked_whom.push_back(caller);
    return true;
  }
  void on_server_request_over(const ServerRequestRef& request) override {
    over.push_back(std::to_string(request.session) + " " + std::string(request.raw_id));
  }
  protocol::ClientAbilities abilities_of(CallerKey) override { return abilities; }
  protocol::ClientAbilities abilities;
  std::map<UpstreamId, State> last;
  std::vector<State> history;
  std::map<UpstreamId, UpstreamMemory> memories;
  std::vector<CommitDone> commits;
  std::vector<std::string> notifications;
  std::vector<ServerRequestRef> asked;
  std::vector<CallerKey> asked_whom;
  std::vector<std::string> over;
  std::vector<base::Duration> sleeps;
  int listings = 0;
  bool guard_tripped = false;
};

struct FakeFactory final : TransportFactory {
  std::unique_ptr<Transport> create(UpstreamId id, const UpstreamSpec&) override {
    starts.push_back(id);
    return std::make_unique<FakeTransport>(lines.emplace_back());
  }
  std::deque<FakeLine> lines;  // one for each start
  std::vector<UpstreamId> starts;
};

struct FakePreflight final : Preflight {
  std::optional<base::Error> check(const UpstreamSpec& spec) override {
    if (!missing.contains(spec.name)) return std::nullopt;
    return base::Error{base::ErrorCode::server_unconfigured, "its command is not in PATH", ""};
  }
  std::set<std::string> missing;
};

inline UpstreamSpec spec_of(std::string name, RunPolicy policy = RunPolicy::active) {
  UpstreamSpec spec;
  spec.name = std::move(name);
  spec.launch = StdioLaunch{"run", {}, {}, ""};
  spec.policy = policy;
  spec.has_catalog = true;
  if (policy == RunPolicy::lazy) spec.idle_timeout = minutes(10);
  return spec;
}

struct World {
  explicit World(FleetOptions options = {})
      : fleet({sim.runtime(), observer, factory, preflight}, options) {}

  void apply(std::vector<UpstreamSpec> specs) {
    fleet.apply(std::move(specs));
    sim.settle();
  }
  FakeLine& line(std::size_t start = SIZE_MAX) {
    return factory.lines.at(start == SIZE_MAX ? factory.lines.size() - 1 : start);
  }
  static void answer(FakeLine& line, std::string_view result) {
    const std::string request = line.take_sent();
    const protocol::Scanned scanned = protocol::scan(request);
    REQUIRE(scanned.ok());
    std::string bytes;
    protocol::append_response(bytes, scanned->id, result);
    line.deliver(bytes);
  }
  void shake_hands(FakeLine& line) {
    answer(line, R"({"protocolVersion":"2025-11-25","capabilities":{"tools":{}}})");
    line.take_sent();
    sim.settle();
  }
  void make_ready(FakeLine& line) {
    shake_hands(line);
    answer(line, R"({"tools":[]})");
    sim.settle();
  }
  base::Result<CallHandle> call(UpstreamId id, CallTag tag, CallerKey caller = kNobody) {
    CallSpec spec;
    spec.caller = caller;
    spec.method = "tools/call";
    spec.name = "echo";
    spec.tag = tag;
    spec.sink = &sink;
    return fleet.call(id, spec);
  }
  State state(UpstreamId id = 0) { return fleet.view(id)->state; }
  void crash(FakeLine& line) {
    line.end(FailureKind::exited, "exited with code 1");
    sim.settle();
  }
  // In small steps, for what lasts only a while.
  void advance_until(State wanted, UpstreamId id = 0) {
    for (int i = 0; i < 10'000 && state(id) != wanted; ++i) sim.advance(milliseconds(100));
    REQUIRE(state(id) == wanted);
  }
  void crash_until_commit_asked() {
    for (int i = 0; i < 100 && observer.commits.empty(); ++i) {
      advance_until(State::connecting);
      crash(line());
    }
    REQUIRE(observer.commits.size() == 1);
  }

  base::SimRuntime sim;
  RecordingObserver observer;
  FakeFactory factory;
  FakePreflight preflight;
  RecordingSink sink;
  Fleet fleet;
};

}  // namespace upstream::fleet_test
