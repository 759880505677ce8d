// The steady state of a call to a ready upstream allocates nothing. Counts this program's
// allocations by replacing operator new, which is why it stands in a file of its own.
#include <array>
#include <catch2/catch.hpp>
#include <charconv>
#include <cstring>

#include "base/counted_new.h"
#include "base/sim_runtime.h"
#include "protocol/envelope.h"
#include "protocol/splice.h"
#include "upstream/fleet/fleet.h"

namespace upstream {
namespace {

// Remembers the id of the last request only.
struct LastRequest {
  TransportListener* listener = nullptr;
  std::array<char, 24> id{};
  std::size_t id_size = 0;

  void answer(std::string_view result) {
    std::array<char, 256> bytes{};
    std::size_t size = 0;
    const auto put = [&](std::string_view text) {
      std::memcpy(bytes.data() + size, text.data(), text.size());
      size += text.size();
    };
    put(R"({"jsonrpc":"2.0","id":)");
    put({id.data(), id_size});
    put(R"(,"result":)");
    put(result);
    put("}");
    listener->on_message({bytes.data(), size});
  }
};

struct QuietTransport final : Transport {
  explicit QuietTransport(LastRequest& last_request) : last(last_request) {}
  void start(TransportListener& listener) override { last.listener = &listener; }
  bool send(const Outgoing& message) override {
    if (message.kind != OutgoingKind::request) return true;
    last.id_size = message.raw_id.copy(last.id.data(), last.id.size());
    return true;
  }
  void close() override {}
  LastRequest& last;
};

struct QuietFactory final : TransportFactory {
  std::unique_ptr<Transport> create(UpstreamId, const UpstreamSpec&) override {
    return std::make_unique<QuietTransport>(last);
  }
  LastRequest last;
};

struct NoObserver final : FleetObserver {
  void on_state_changed(UpstreamId, State, State, std::string_view) override {}
  void on_listing(UpstreamId, Listing) override {}
  void on_memory_changed(UpstreamId, const UpstreamMemory&) override {}
  void on_cascade_guard(bool, std::uint32_t, std::uint32_t) override {}
  void commit_auto_disable(UpstreamId, std::string, CommitDone) override {}
  void on_notification(const NoticeSource&, std::string_view, std::string_view) override {}
  bool on_server_request(const ServerRequestRef&, CallerKey, std::string_view,
                         std::string_view) override {
    return false;
  }
  void on_server_request_over(const ServerRequestRef&) override {}
};

struct AnyPreflight final : Preflight {
  std::optional<base::Error> check(const UpstreamSpec&) override { return std::nullopt; }
};

struct CountingSink final : CallSink {
  void on_result(CallTag, std::string_view, const protocol::Envelope&) override { ++results; }
  void on_error(CallTag, std::string_view, const protocol::Envelope&) override {}
  void on_progress(CallTag, const protocol::Envelope&, std::string_view) override {}
  void on_failed(CallTag, const base::Error&) override {}
  int results = 0;
};

TEST_CASE("a call to a ready upstream and its answer allocate nothing", "[fleet]") {
  base::SimRuntime sim;
  NoObserver observer;
  QuietFactory factory;
  AnyPreflight preflight;
  CountingSink sink;
  Fleet fleet({sim.runtime(), observer, factory, preflight}, {});
  UpstreamSpec server;
  server.name = "a";
  fleet.apply({server});
  sim.settle();
  factory.last.answer(R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{}}})");
  factory.last.answer(R"({"tools":[]})");
  sim.settle();
  REQUIRE(fleet.view(0)->state == State::ready);

  const std::string downstream =
      R"({"jsonrpc":"2.0","id":"mine","method":"tools/call","params":{"name":"a__echo",)"
      R"("arguments":{"text":"some forty bytes of text for good measure"},)"
      R"("_meta":{"progressToken":"a-token-of-thirty-six-characters-len"}}})";
  const auto exchange = [&](bool forwarded) {
    const protocol::Scanned request = protocol::scan(downstream);
    CallSpec spec;
    if (forwarded) {
      spec.request = &*request;
    } else {
      spec.method = "tools/call";
      spec.arguments = request->arguments;
    }
    spec.name = "echo";
    spec.progress_token = request->progress_token;
    spec.sink = &sink;
    const bool accepted = fleet.call(0, spec).ok();
    factory.last.answer(R"({"content":[]})");
    return accepted;
  };
  for (const bool forwarded : {false, true}) {
    for (int i = 0; i < 100; ++i) REQUIRE(exchange(forwarded));
    const std::size_t before = base::g_counted_allocations;
    bool all_accepted = true;
    for (int i = 0; i < 1000; ++i) all_accepted = exchange(forwarded) && all_accepted;
    const std::size_t after = base::g_counted_allocations;
    CHECK(all_accepted);
    CHECK(after - before == 0);
  }
  CHECK(sink.results == 2200);
}

}  // namespace
}  // namespace upstream
