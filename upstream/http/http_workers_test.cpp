#include "upstream/http/http_workers.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

using namespace std::chrono_literals;

// Decides when threads go on.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
  }
  void wait_for_waiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool open_ = false;
};

// Answers with the target it was asked for; "/hang" waits at the gate whatever happens, "/events"
// streams until it is cancelled, "/throw" throws.
class TestConnection final : public BlockingConnection {
 public:
  explicit TestConnection(Gate& gate) : gate_(gate) {}
  HttpEnd carry(ExchangeJob& job) override {
    const std::string& target = job.request().target;
    if (target == "/throw") throw std::runtime_error("thrown");
    if (target == "/hang") gate_.wait();
    if (target == "/events") {
      job.post_head({});
      while (job.post_events({{"message", std::string(100'000, 'x'), "", false}})) {
      }
    }
    HttpEnd end;
    end.body = target;
    return end;
  }

 private:
  Gate& gate_;
};

struct Listener final : ExchangeListener {
  void on_head(const HttpHead&) override { ++heads; }
  void on_event(const protocol::SseEvent& event) override {
    bytes += event.data.size();
    if (on_data) on_data();
  }
  void on_end(HttpEnd how) override { end = std::move(how); }
  int heads = 0;
  std::size_t bytes = 0;
  std::optional<HttpEnd> end;
  std::function<void()> on_data;
};

struct Bench {
  base::Loop loop{1};
  Gate gate;
  HttpWorkers workers;
  std::unique_ptr<HttpClient> client;

  explicit Bench(base::Milliseconds idle_max = 30s)
      : workers(loop,
                {[this](const HttpSitePtr&) { return std::make_unique<TestConnection>(gate); },
                 idle_max, /*hangs_after=*/1ms, /*end_patience=*/20s}),
        client(make_client()) {}
  ~Bench() { gate.open(); }

  std::unique_ptr<HttpClient> make_client() { return workers.client(std::make_shared<HttpSite>()); }
  std::unique_ptr<HttpExchange> begin(Listener& listener, std::string target,
                                      HttpLane lane = HttpLane::call) {
    HttpRequest request;
    request.target = std::move(target);
    request.lane = lane;
    return client->begin(std::move(request), listener);
  }
  template <class Done>
  bool until(Done done) {
    const base::TimePoint give_up = base::SystemClock().now() + 20s;
    while (!done()) {
      if (base::SystemClock().now() > give_up) return false;
      loop.run_once(std::chrono::milliseconds(100));
    }
    return true;
  }
};

TEST_CASE("exchanges are carried out and their thread is used again", "[http][threads]") {
  Bench bench;
  for (int i = 0; i < 20; ++i) {
    Listener listener;
    const auto exchange = bench.begin(listener, "/" + std::to_string(i));
    CHECK_FALSE(listener.end);
    REQUIRE(bench.until([&] { return listener.end.has_value(); }));
    CHECK(listener.end->body == "/" + std::to_string(i));
  }
  CHECK(bench.workers.counts().threads == 1);
  bench.client.reset();
  CHECK(bench.until([&] { return bench.workers.counts().threads == 0; }));
}

TEST_CASE("a worker ends when it is idle for its time", "[http][threads]") {
  Bench bench(std::chrono::milliseconds(1));
  Listener listener;
  const auto exchange = bench.begin(listener, "/");
  REQUIRE(bench.until([&] { return listener.end.has_value(); }));
  CHECK(bench.until([&] { return bench.workers.counts().threads == 0; }));
  Listener again;
  const auto next = bench.begin(again, "/");
  CHECK(bench.until([&] { return again.end.has_value(); }));
}

TEST_CASE("of many workers that come and go none is lost", "[http][threads]") {
  Bench bench;
  constexpr std::uint32_t kSites = 60;
  std::vector<std::unique_ptr<HttpClient>> clients;
  std::vector<std::unique_ptr<HttpExchange>> streams;
  std::array<Listener, kSites> calls;
  Listener hanging;
  for (Listener& call : calls) {
    bench.client = bench.make_client();
    const auto exchange = bench.begin(call, "/");
    REQUIRE(bench.until([&] { return call.end.has_value(); }));
    streams.push_back(bench.begin(hanging, "/hang", HttpLane::stream));
    Listener control;
    const auto other = bench.begin(control, "/", HttpLane::control);
    REQUIRE(bench.until([&] { return control.end.has_value(); }));
    clients.push_back(std::move(bench.client));
  }
  CHECK(bench.until(
      [&] { return bench.workers.counts().threads <= kSites + ThreadBudget::kIdleMin; }));
  CHECK(bench.workers.counts().busy == kSites);
  streams.clear();
  bench.gate.open();
  CHECK(bench.until([&] { return bench.workers.counts().busy == 0; }));
}

TEST_CASE("what a connection throws ends the exchange", "[http][threads]") {
  Bench bench;
  Listener listener;
  const auto exchange = bench.begin(listener, "/throw");
  REQUIRE(bench.until([&] { return listener.end.has_value(); }));
  CHECK(listener.end->fault == HttpFault::internal);
  CHECK(listener.end->detail == "thrown");
}

TEST_CASE("an exchange is given up although its thread hangs", "[http][threads]") {
  Bench bench;
  Listener hanging;
  auto exchange = bench.begin(hanging, "/hang");
  bench.gate.wait_for_waiting(1);
  exchange.reset();
  CHECK(bench.workers.counts().busy == 1);
  Listener other;
  const auto next = bench.begin(other, "/other");
  CHECK(bench.until([&] { return other.end.has_value(); }));
  bench.gate.open();
  CHECK(bench.until([&] { return bench.workers.counts().busy == 0; }));
  CHECK_FALSE(hanging.end);
}

TEST_CASE("a site whose threads hang is refused, others are served", "[http][threads]") {
  Bench bench;
  Listener hanging;
  for (int i = 0; i < 2; ++i) {
    auto exchange = bench.begin(hanging, "/hang");
    bench.gate.wait_for_waiting(i + 1);
  }
  REQUIRE(bench.until([&] { return bench.workers.counts().hanging == 2; }));
  Listener refused;
  const auto third = bench.begin(refused, "/third");
  CHECK_FALSE(refused.end);
  REQUIRE(bench.until([&] { return refused.end.has_value(); }));
  CHECK(refused.end->fault == HttpFault::no_thread);
  const auto other_client = bench.make_client();
  Listener served;
  const auto exchange = other_client->begin({}, served);
  CHECK(bench.until([&] { return served.end.has_value(); }));
  bench.gate.open();
  CHECK(bench.until([&] { return bench.workers.counts().hanging == 0; }));
}

TEST_CASE("calls beyond eight wait for their turn, control does not", "[http][threads]") {
  Bench bench;
  std::array<Listener, 9> listeners;
  std::vector<std::unique_ptr<HttpExchange>> exchanges;
  for (Listener& listener : listeners) exchanges.push_back(bench.begin(listener, "/hang"));
  bench.gate.wait_for_waiting(8);
  CHECK(bench.workers.counts().busy == 8);
  Listener control;
  const auto exchange = bench.begin(control, "/", HttpLane::control);
  CHECK(bench.until([&] { return control.end.has_value(); }));
  bench.gate.open();
  CHECK(bench.until([&] { return listeners[8].end.has_value(); }));
  CHECK(bench.until([&] { return bench.workers.counts().busy == 0; }));
}

TEST_CASE("a stream that outruns the loop waits, and ends when it is let go", "[http][threads]") {
  Bench bench;
  Listener listener;
  auto exchange = bench.begin(listener, "/events", HttpLane::stream);
  listener.on_data = [&] {
    if (listener.bytes > 3'000'000) exchange.reset();
  };
  REQUIRE(bench.until([&] { return bench.workers.counts().busy == 0 && !exchange; }));
  CHECK(listener.heads == 1);
  CHECK(listener.bytes < 4'000'000);
}

TEST_CASE("the workers end although a thread hangs", "[http][threads]") {
  const auto gate = std::make_shared<Gate>();
  base::Loop loop(1);
  Listener listener;
  {
    HttpWorkers workers(
        loop, {[gate](const HttpSitePtr&) { return std::make_unique<TestConnection>(*gate); },
               std::chrono::seconds(30)});
    const auto client = workers.client(std::make_shared<HttpSite>());
    HttpRequest request;
    request.target = "/hang";
    auto exchange = client->begin(std::move(request), listener);
    gate->wait_for_waiting(1);
  }
  CHECK_FALSE(listener.end);
  gate->open();
}

}  // namespace
}  // namespace upstream
