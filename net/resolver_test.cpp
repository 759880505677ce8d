#include "net/resolver.h"

#include <catch2/catch.hpp>

#include "net/testing/gate.h"
#include "net/testing/network_bench.h"
#include "net/testing/raw_server.h"

namespace net {
namespace {

const IpAddress kLoopback = *parse_address("127.0.0.1");

// "hang..." waits at the gate, "none" has no address, all others are this machine.
struct NameService {
  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);

  LookUp look_up() const {
    return [gate = gate, asked = asked](const std::string& host) {
      ++*asked;
      if (host.starts_with("hang")) gate->wait();
      if (host == "none") return Resolved{{}, "no such name"};
      return Resolved{{kLoopback}, ""};
    };
  }
};

struct Bench {
  NameService names;
  base::Loop loop{1};
  JobThreads threads{loop};
  Resolver resolver{loop, threads, names.look_up()};

  ~Bench() { names.gate->open(); }
  template <class Done>
  bool until(Done done) {
    const base::TimePoint give_up = base::SystemClock().now() + 20s;
    while (!done()) {
      if (base::SystemClock().now() > give_up) return false;
      loop.run_once(base::Milliseconds(10));
    }
    return true;
  }
};

TEST_CASE("a name is asked about once, for all who wait and for a while", "[net][threads]") {
  Bench bench;
  std::array<Resolver::Waiter, 3> waiters;
  std::size_t told = 0;
  for (auto& waiter : waiters) {
    bench.resolver.ask("a", waiter, [&](const Resolved& resolved) {
      CHECK(resolved.addresses == std::vector{kLoopback});
      ++told;
    });
  }
  CHECK(told == 0);
  REQUIRE(bench.until([&] { return told == 3; }));
  CHECK(*bench.names.asked == 1);
  REQUIRE(bench.resolver.known("a") != nullptr);
  bench.resolver.forget("a");
  CHECK(bench.resolver.known("a") == nullptr);
}

TEST_CASE("who gave up is not told, and may ask again in what it is told", "[net][threads]") {
  Bench bench;
  Resolver::Waiter gone;
  Resolver::Waiter stays;
  int told = 0;
  bench.resolver.ask("a", gone, [&](const Resolved&) { told += 100; });
  bench.resolver.ask("a", stays, [&](const Resolved&) {
    ++told;
    bench.resolver.ask("a", stays, [&](const Resolved&) { ++told; });
  });
  gone.stop();
  REQUIRE(bench.until([&] { return told == 2; }));
  CHECK(*bench.names.asked == 2);
}

TEST_CASE("names that hang hold up no other", "[net][threads]") {
  Bench bench;
  std::array<Resolver::Waiter, 10> hanging;
  bool wrong = false;
  for (std::size_t i = 0; i < hanging.size(); ++i) {
    bench.resolver.ask("hang" + std::to_string(i), hanging[i],
                       [&](const Resolved&) { wrong = true; });
  }
  Resolver::Waiter waiter;
  bool told = false;
  bench.resolver.ask("works", waiter, [&](const Resolved&) { told = true; });
  CHECK(bench.until([&] { return told; }));
  CHECK_FALSE(wrong);
  CHECK(bench.threads.threads() <= 12);
  // Asked once more, a name that hangs takes no further thread.
  const std::size_t before = bench.threads.threads();
  Resolver::Waiter again;
  bench.resolver.ask("hang0", again, [](const Resolved&) {});
  CHECK(bench.threads.threads() == before);
}

TEST_CASE("numeric hosts in all their forms need no name service", "[net]") {
  CHECK(numeric_address("127.1") == kLoopback);
  CHECK(numeric_address("0x7f000001") == kLoopback);
  CHECK(numeric_address("2130706433") == kLoopback);
  CHECK(numeric_address("::1") == parse_address("::1"));
  CHECK(numeric_address("::ffff:127.0.0.1") == kLoopback);
  CHECK_FALSE(numeric_address("localhost"));
  CHECK_FALSE(numeric_address("1.2.3.4.example"));
}

TEST_CASE("the system's name service knows this machine", "[net]") {
  const Resolved resolved = look_up("localhost");
  CHECK_FALSE(resolved.addresses.empty());
  const Resolved none = look_up("no-such-host.invalid");
  CHECK(none.addresses.empty());
  CHECK_FALSE(none.problem.empty());
}

// --- in the network ---

void echo(RawConnection& connection) {
  for (;;) {
    const std::string request = connection.read_request();
    if (request.empty() || !connection.answer(request)) return;
  }
}

NetworkOptions with(const NameService& names) {
  NetworkOptions options;
  options.look_up = names.look_up();
  return options;
}

TEST_CASE("a site is dialled at the addresses its name was resolved to, and asks once",
          "[net][threads]") {
  const RawServer server(echo);
  const NameService names;
  NetworkBench bench(with(names));
  const auto client = bench.client(server.url("site.invalid"));
  for (int i = 0; i < 3; ++i) {
    const Recorder got = bench.ask(*client, get());
    CHECK(got.end->fault == Fault::none);
    CHECK(got.body.find("Host: site.invalid:") != std::string::npos);
  }
  CHECK(*names.asked == 1);
  CHECK(server.connections() == 1);
}

TEST_CASE("a name without an address, and one that hangs, are told as such", "[net][threads]") {
  const NameService names;
  NetworkBench bench(with(names));
  const auto none = bench.client("http://none/");
  const Recorder got = bench.ask(*none, get());
  CHECK(got.end->fault == Fault::unresolved);
  CHECK(got.end->detail == "no such name");
  Site site = NetworkBench::site("http://hang/");
  site.connect_max = 50ms;
  const auto hanging = bench.client(site);
  const Recorder late = bench.ask(*hanging, post("{}"));
  CHECK(late.end->fault == Fault::unresolved);
  CHECK(late.end->detail == "the name service does not answer");
  CHECK_FALSE(late.end->sent);
  names.gate->open();
}

TEST_CASE("the network ends although a lookup hangs", "[net][threads]") {
  const NameService names;
  {
    NetworkBench bench(with(names));
    const auto client = bench.client("http://hang/");
    Recorder sink;
    const auto exchange = client->start(get(), sink);
    names.gate->wait_for_waiting(1);
  }
  names.gate->open();
}

TEST_CASE("addresses that are refused are not dialled, however they are named", "[net][threads]") {
  const RawServer server(echo);
  const NameService names;
  NetworkBench bench(with(names));
  for (const char* host : {"site.invalid", "127.0.0.1", "127.1", "0x7f000001", "localhost",
                           "[::ffff:127.0.0.1]", "[::1]"}) {
    INFO(host);
    Site site = NetworkBench::site(server.url(host));
    site.rules = AddressRules::public_only();
    const auto client = bench.client(site);
    const Recorder got = bench.ask(*client, get());
    CHECK(got.end->fault == Fault::forbidden);
    CHECK(got.end->detail.ends_with("is this machine's own"));
    CHECK_FALSE(got.end->sent);
  }
  CHECK(server.connections() == 0);
}

TEST_CASE("of several addresses the next is tried", "[net][threads]") {
  const RawServer server(echo);
  NetworkOptions options;
  // Nobody listens on the others of this machine's addresses.
  options.look_up = [](const std::string&) {
    return Resolved{{*parse_address("127.9.9.9"), *parse_address("::1"), kLoopback}, ""};
  };
  NetworkBench bench(std::move(options));
  const auto client = bench.client(server.url("site.invalid"));
  const Recorder got = bench.ask(*client, get());
  INFO(got.end->detail);
  CHECK(got.end->fault == Fault::none);
}

TEST_CASE("nobody there is told with the system's reason", "[net][threads]") {
  NetworkBench bench;
  const auto client = bench.client("http://127.0.0.1:1/");
  const Recorder got = bench.ask(*client, post("{}"));
  CHECK(got.end->fault == Fault::refused);
  CHECK(got.end->error_number == ECONNREFUSED);
  CHECK_FALSE(got.end->sent);
}

}  // namespace
}  // namespace net
