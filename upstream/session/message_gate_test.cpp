#include "upstream/session/message_gate.h"

#include <catch2/catch.hpp>
#include <vector>

#include "upstream/session/fake_transport.h"

namespace upstream {
namespace {

const std::string kLong = R"({"jsonrpc":"2.0","id":7,"result":{"t":")" +
                          std::string(protocol::kInlineBytesMax, 'x') + R"("}})";
const std::string kShort = R"({"jsonrpc":"2.0","id":8,"result":{}})";
const Failure kLost{FailureKind::network, 0, "lost", "", {}, {}};

// The worker beside the loop, run by hand.
struct Worker {
  Offload offload() {
    return [this](std::function<void()> work, std::function<void()> done) {
      jobs.emplace_back(std::move(work), std::move(done));
    };
  }
  void run_one() {
    REQUIRE_FALSE(jobs.empty());
    const auto job = std::move(jobs.front());
    jobs.erase(jobs.begin());
    job.first();
    job.second();
  }
  std::vector<std::pair<std::function<void()>, std::function<void()>>> jobs;
};

struct Recorder final : MessageGate::Sink {
  void on_scanned(std::string_view of_request, std::string_view,
                  const protocol::Scanned& scanned) override {
    log.push_back(scanned.ok() ? "message " + std::string(scanned->id) : "refused");
    if (!of_request.empty()) log.back() += " in " + std::string(of_request);
    if (when_scanned) when_scanned();
  }
  void on_oversized(std::string_view raw_id) override {
    log.push_back("oversized " + std::string(raw_id));
  }
  void on_request_failed(std::string_view raw_id, const Failure&) override {
    log.push_back("failed " + std::string(raw_id));
  }
  void on_session_renewed() override { log.emplace_back("renewed"); }
  void on_closed(const Failure& failure) override { log.push_back("closed " + failure.message); }
  std::vector<std::string> log;
  std::function<void()> when_scanned;
};

using Log = std::vector<std::string>;

struct Bench {
  Worker worker;
  Recorder seen;
  FakeLine line;
  FakeTransport transport{line};
  MessageGate gate{worker.offload(), seen};
  Bench() { gate.attach(transport); }
};

TEST_CASE("it stays known in whose answer a message came, however long it is", "[session]") {
  Bench bench;
  bench.gate.on_related_message("1", kShort);
  bench.gate.on_related_message("2", kLong);
  bench.gate.on_related_message("3", kShort);
  bench.worker.run_one();
  CHECK(bench.seen.log == Log{"message 8 in 1", "message 7 in 2", "message 8 in 3"});
}

TEST_CASE("short messages go through at once", "[session]") {
  Bench bench;
  bench.gate.on_message(kShort);
  bench.gate.on_message("garbage");
  bench.gate.on_closed(kLost);
  CHECK(bench.seen.log == Log{"message 8", "refused", "closed lost"});
  CHECK(bench.worker.jobs.empty());
}

TEST_CASE("a long message is scanned beside the loop, and nothing overtakes it", "[session]") {
  Bench bench;
  bench.gate.on_message(kLong);
  bench.gate.on_message(kShort);
  bench.gate.on_oversized("9");
  bench.gate.on_request_failed("10", kLost);
  bench.gate.on_message(kLong);
  bench.gate.on_session_renewed();
  bench.gate.on_closed(kLost);
  CHECK(bench.seen.log.empty());
  bench.worker.run_one();
  CHECK(bench.seen.log == Log{"message 7", "message 8", "oversized 9", "failed 10"});
  bench.worker.run_one();
  CHECK(bench.seen.log.size() == 7);
  CHECK(bench.seen.log.back() == "closed lost");
  bench.gate.on_message(kShort);
  CHECK(bench.seen.log.back() == "message 8");
}

TEST_CASE("without a worker every message is scanned at once", "[session]") {
  Recorder seen;
  MessageGate gate({}, seen);
  gate.on_message(kLong);
  CHECK(seen.log == Log{"message 7"});
}

TEST_CASE("the transport pauses while much waits", "[session]") {
  Bench bench;
  bench.gate.on_message(kLong);
  const std::size_t enough = MessageGate::kWaitingBytesMax / kLong.size() + 1;
  for (std::size_t i = 0; i < enough; ++i) bench.gate.on_message(kLong);
  CHECK(bench.line.paused);
  while (!bench.worker.jobs.empty()) bench.worker.run_one();
  CHECK_FALSE(bench.line.paused);
  CHECK(bench.seen.log.size() == enough + 1);
}

TEST_CASE("a cleared gate lets nothing through, whatever a worker still does", "[session]") {
  Bench bench;
  SECTION("while it is scanned") {
    bench.gate.on_message(kLong);
    bench.gate.on_message(kShort);
    bench.gate.clear();
    bench.worker.run_one();
    CHECK(bench.seen.log.empty());
  }
  SECTION("inside a message") {
    bench.seen.when_scanned = [&] { bench.gate.clear(); };
    bench.gate.on_message(kLong);
    bench.gate.on_message(kShort);
    bench.worker.run_one();
    CHECK(bench.seen.log == Log{"message 7"});
  }
}

TEST_CASE("a gate may be gone when its scan is done", "[session]") {
  Worker worker;
  Recorder seen;
  {
    MessageGate gate(worker.offload(), seen);
    gate.on_message(kLong);
  }
  worker.run_one();
  CHECK(seen.log.empty());
}

}  // namespace
}  // namespace upstream
