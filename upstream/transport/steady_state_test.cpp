// The steady state of a transport allocates nothing. Counts this program's allocations by replacing
// operator new, which is why it stands in a file of its own.
#include <catch2/catch.hpp>

#include "base/counted_new.h"
#include "upstream/transport/transport_probe_test.h"

namespace upstream {
namespace {

struct Counter final : TransportListener {
  std::size_t messages = 0;
  void on_message(std::string_view) override { ++messages; }
  void on_oversized(std::string_view) override {}
  void on_closed(const Failure&) override {}
};

TEST_CASE("sending and receiving allocate nothing once warm", "[transport]") {
  base::Loop loop(1);
  StdioHost host(loop, test_options());
  Counter counter;
  StdioTransport transport(host, shell("exec cat"));
  transport.start(counter);
  const std::string text = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[]}}";
  const auto exchange = [&](std::size_t batch) {
    const std::size_t expected = counter.messages + batch;
    for (std::size_t i = 0; i < batch; ++i) {
      Outgoing message;
      message.bytes = text;
      if (!transport.send(message)) return false;
    }
    const base::TimePoint give_up = base::SystemClock().now() + kPatience;
    while (counter.messages < expected && base::SystemClock().now() < give_up) {
      loop.run_once(std::chrono::milliseconds(100));
    }
    return counter.messages == expected;
  };
  for (int i = 0; i < 20; ++i) REQUIRE(exchange(20));
  const std::size_t before = base::g_counted_allocations;
  bool all_answered = true;
  for (int i = 0; i < 200; ++i) all_answered = exchange(20) && all_answered;
  const std::size_t during = base::g_counted_allocations - before;
  CHECK(all_answered);
  CHECK(during == 0);
}

}  // namespace
}  // namespace upstream
