#include "upstream/http/launched_transport.h"

#include <catch2/catch.hpp>
#include <vector>

#include "upstream/http/transport_test_bench.h"

namespace upstream {
namespace {

// What happened to one Part; outlives it.
struct Line {
  TransportListener* listener = nullptr;
  std::vector<std::string> sent;
  bool closed = false;
  bool destroyed = false;
};

// A process or a connection that does as the test says.
class Part final : public Transport {
 public:
  explicit Part(Line& line) : line_(line) {}
  ~Part() override { line_.destroyed = true; }
  void start(TransportListener& listener) override { line_.listener = &listener; }
  bool send(const Outgoing& message) override {
    line_.sent.emplace_back(message.method);
    return true;
  }
  void close() override { line_.closed = true; }
  std::int64_t process_id() const override { return 42; }
  std::string_view detected() const override { return "kind"; }

 private:
  Line& line_;
};

struct Bench {
  base::SimRuntime sim;
  Line process;
  std::vector<std::unique_ptr<Line>> dials;
  HttpRecorder seen;
  std::unique_ptr<LaunchedTransport> transport;

  Bench() {
    transport =
        std::make_unique<LaunchedTransport>(sim.runtime(), std::make_unique<Part>(process), [this] {
          dials.push_back(std::make_unique<Line>());
          return std::make_unique<Part>(*dials.back());
        });
    transport->start(seen);
    REQUIRE(send_request(*transport, "initialize", "1"));
  }
  Line& dial() { return *dials.back(); }
  void fail_dial(FailureKind kind = FailureKind::network) {
    dial().listener->on_closed({kind, 0, "the dial failed", "", {}, {}});
    sim.settle();
  }
};

const Failure kExited{FailureKind::exited, 3, "it ended", "", {"last words"}, {}};

TEST_CASE("a server that is started is dialled until it listens", "[http]") {
  Bench bench;
  CHECK(bench.transport->process_id() == 42);
  for (std::size_t i = 1; i <= 3; ++i) {
    CHECK(bench.dials.size() == i);
    CHECK(bench.dial().sent == std::vector<std::string>{"initialize"});
    bench.fail_dial();
    CHECK(bench.dial().destroyed);
    bench.sim.advance(LaunchedTransport::kDialAgain);
  }
  bench.dial().listener->on_message("hello");
  CHECK(bench.seen.messages.size() == 1);
  CHECK(bench.transport->detected() == "kind");
  REQUIRE(send_request(*bench.transport, "tools/list", "2"));
  CHECK(bench.dial().sent.back() == "tools/list");
}

TEST_CASE("a process that ends takes its connection with it, and its words stay", "[http]") {
  Bench bench;
  SECTION("while it is dialled") {}
  SECTION("between two dials") {
    bench.fail_dial();
  }
  SECTION("later") {
    bench.dial().listener->on_message("hello");
  }
  bench.process.listener->on_closed(kExited);
  REQUIRE(bench.seen.closed);
  CHECK(*bench.seen.closed == kExited);
  bench.sim.advance(std::chrono::minutes(1));
  CHECK(bench.dials.size() == 1);
  CHECK(bench.dial().destroyed);
}

TEST_CASE("a connection that ends takes the process with it", "[http]") {
  Bench bench;
  bench.dial().listener->on_message("hello");
  bench.fail_dial();
  CHECK(bench.process.closed);
  CHECK_FALSE(bench.seen.closed);
  CHECK_FALSE(send_request(*bench.transport, "tools/list", "2"));
  bench.process.listener->on_closed(kExited);
  REQUIRE(bench.seen.closed);
  CHECK(bench.seen.closed->message == "the dial failed");
}

TEST_CASE("what is no matter of time is not tried again", "[http]") {
  Bench bench;
  bench.fail_dial(FailureKind::protocol_error);
  CHECK(bench.process.closed);
}

TEST_CASE("closing closes the connection, then the process", "[http]") {
  Bench bench;
  SECTION("while it is dialled") {
    bench.transport->close();
    CHECK(bench.dial().closed);
    CHECK_FALSE(bench.process.closed);
    bench.fail_dial(FailureKind::exited);
  }
  SECTION("between two dials") {
    bench.fail_dial();
    bench.transport->close();
  }
  CHECK(bench.process.closed);
  bench.process.listener->on_closed(kExited);
  CHECK(bench.seen.closed);
  bench.sim.advance(std::chrono::minutes(1));
  CHECK(bench.dials.size() == 1);
}

}  // namespace
}  // namespace upstream
