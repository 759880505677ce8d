#include "proxy/cli/stdio_bridge.h"

#include <httplib.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <set>

#include "protocol/splice.h"
#include "proxy/cli/daemon_starter.h"

namespace proxy::cli {
namespace {

constexpr const char* kInitialize =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})";

// The daemon's endpoint, played: gives out sessions s1, s2 ..; forgets them when told.
class FakeMcp {
 public:
  FakeMcp() {
    server_.Post("/mcp", [this](const auto& request, auto& reply) { post(request, reply); });
    server_.Get("/mcp", [](const auto&, auto& reply) { reply.status = 405; });
    server_.Delete("/mcp", [this](const auto& request, auto&) {
      note("DELETE " + request.get_header_value("Mcp-Session-Id"));
    });
    server_.set_tcp_nodelay(true);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~FakeMcp() {
    server_.stop();
    thread_.join();
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  void forget_sessions() {
    const std::lock_guard lock(mutex_);
    sessions_.clear();
  }
  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(what);
  }
  void post(const httplib::Request& request, httplib::Response& reply) {
    const std::lock_guard lock(mutex_);
    const protocol::Scanned message = protocol::scan(request.body);
    seen_.push_back(
        fmt::format("{} {}", message->method_name, request.get_header_value("Mcp-Session-Id")));
    if (message->method == protocol::Method::initialize) {
      const std::string id = fmt::format("s{}", ++opened_);
      sessions_.insert(id);
      reply.set_header("Mcp-Session-Id", id);
      answer(reply, message->id, R"({"protocolVersion":"2025-06-18","capabilities":{}})");
      return;
    }
    if (!sessions_.contains(request.get_header_value("Mcp-Session-Id"))) {
      std::string error;
      protocol::append_error_response(error, message->id,
                                      {protocol::kSessionNotFound, "no such session", {}});
      reply.status = 404;
      reply.set_content(error, "application/json");
      return;
    }
    if (message->kind == protocol::MessageKind::notification) {
      reply.status = 202;
      return;
    }
    // As a stream, with line breaks inside: what the bridge must take apart and put on one line.
    reply.set_content(fmt::format("event: message\ndata: {{\"jsonrpc\":\"2.0\",\ndata: \"id\":{},"
                                  "\"result\":{{\"is\":\"{}\"}}}}\n\n",
                                  message->id, message->method_name),
                      "text/event-stream");
  }
  static void answer(httplib::Response& reply, std::string_view id, std::string_view result) {
    reply.set_content(fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, result),
                      "application/json");
  }

  httplib::Server server_;
  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::set<std::string> sessions_;
  int opened_ = 0;
  int port_ = 0;
  std::thread thread_;
};

struct FixedAccess final : DaemonAccess {
  explicit FixedAccess(std::string the_url) : url(std::move(the_url)) {}
  base::Result<DaemonAddress> find() override { return DaemonAddress{url, ""}; }
  base::Result<DaemonAddress> ensure() override {
    ++asked;
    if (refuses) return base::Error{base::ErrorCode::daemon_unreachable, "nobody there", "look"};
    return DaemonAddress{url, ""};
  }
  std::string url;
  std::atomic<int> asked = 0;
  std::atomic<bool> refuses = false;
};

struct Run {
  std::vector<std::string> lines;
  std::vector<std::string> complaints;
  bool ended_well = false;
};

// The whole input at once, then its end.
Run run(DaemonAccess& access, const std::string& input, std::size_t lines_taken = SIZE_MAX) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const base::UniqueFd from(ends[0]);
  base::UniqueFd to(ends[1]);
  std::thread writer([&] {
    std::string_view rest = input;
    while (!rest.empty()) {
      const ssize_t count = ::write(to.get(), rest.data(), rest.size());
      if (count <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
    to.reset();
  });
  Run result;
  StdioBridge bridge(
      access, "/mcp",
      [&](std::string_view line) {
        if (result.lines.size() >= lines_taken) return false;
        result.lines.emplace_back(line);
        return true;
      },
      [&](const base::Error& error) { result.complaints.push_back(error.message); });
  result.ended_well = bridge.run(from.get());
  writer.join();
  return result;
}

bool has_line(const Run& run, std::string_view text) {
  return std::any_of(run.lines.begin(), run.lines.end(),
                     [&](const auto& line) { return line.find(text) != std::string::npos; });
}

TEST_CASE("lines in become messages of one session, answers become lines, the end is good") {
  FakeMcp daemon;
  FixedAccess access(daemon.url());
  const Run done = run(access, std::string(kInitialize) + "\n" +
                                   R"({"jsonrpc":"2.0","method":"notifications/initialized"})" +
                                   "\n" + R"({"jsonrpc":"2.0","id":"a","method":"tools/list"})");
  CHECK(done.ended_well);
  REQUIRE(done.lines.size() == 2);
  CHECK(done.lines[1] == R"({"jsonrpc":"2.0", "id":"a","result":{"is":"tools/list"}})");
  const auto seen = daemon.seen();
  CHECK(seen.front() == "initialize ");
  CHECK(seen.back() == "DELETE s1");
  CHECK(std::ranges::count(seen, "tools/list s1") == 1);
  CHECK(std::ranges::count(seen, "notifications/initialized s1") == 1);
}

TEST_CASE("a session that the daemon forgot is opened again, and the client never notices") {
  FakeMcp daemon;
  FixedAccess access(daemon.url());
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  std::vector<std::string> lines;
  StdioBridge bridge(
      access, "/mcp",
      [&](std::string_view line) {
        lines.emplace_back(line);
        if (lines.size() == 1) daemon.forget_sessions();
        return true;
      },
      [](const base::Error&) {});
  const std::string input =
      std::string(kInitialize) + "\n" +
      R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x"}})" + "\n";
  REQUIRE(::write(ends[1], input.data(), input.size()) == static_cast<ssize_t>(input.size()));
  ::close(ends[1]);
  CHECK(bridge.run(ends[0]));
  ::close(ends[0]);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1].find("tools/call") != std::string::npos);
}

TEST_CASE("what is no message, or too long, is answered and the rest goes on") {
  FakeMcp daemon;
  FixedAccess access(daemon.url());
  std::string huge = R"({"jsonrpc":"2.0","id":77,"method":"tools/call","params":{"x":")";
  huge.append(StdioBridge::kLineBytesMax, 'x');
  const Run done = run(access, std::string(kInitialize) + "\n{bad\n\n" + huge + "\"}}\n" +
                                   R"({"jsonrpc":"2.0","id":3,"method":"ping"})" + "\n");
  CHECK(done.ended_well);
  CHECK(has_line(done, "-32700"));
  CHECK(has_line(done, R"("id":77,"error")"));
  CHECK(has_line(done, R"("id":3,"result")"));
}

TEST_CASE("without a daemon every request fails with what to do, and it is said once each") {
  FixedAccess access("http://127.0.0.1:1");
  access.refuses = true;
  const Run done = run(access, std::string(kInitialize) + "\n");
  CHECK(done.ended_well);
  CHECK(has_line(done, "nobody there"));
  CHECK(done.complaints == std::vector<std::string>{"nobody there"});
}

TEST_CASE("an address where nobody listens is asked for again, not for ever") {
  FixedAccess access("http://127.0.0.1:1");
  const Run done = run(access, std::string(kInitialize) + "\n");
  CHECK(done.ended_well);
  CHECK(has_line(done, "not reachable"));
  CHECK(access.asked >= 2);
}

TEST_CASE("a client that stops reading ends the bridge") {
  FakeMcp daemon;
  FixedAccess access(daemon.url());
  std::string input = std::string(kInitialize) + "\n";
  for (int i = 2; i < 50; ++i) {
    input += fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"ping"}})", i) + "\n";
  }
  CHECK(!run(access, input, /*lines_taken=*/1).ended_well);
}

TEST_CASE("many requests at once are each answered once") {
  FakeMcp daemon;
  FixedAccess access(daemon.url());
  std::string input = std::string(kInitialize) + "\n";
  for (int i = 2; i < 202; ++i) {
    input += fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/list"}})", i) + "\n";
  }
  const Run done = run(access, input);
  CHECK(done.lines.size() == 201);
  const std::set<std::string> different(done.lines.begin(), done.lines.end());
  CHECK(different.size() == 201);
}

TEST_CASE("how a daemon failed to start is told in its words and with its exit code") {
  const base::Error config = start_failure(4, "mcptrunk: line 3: no such field\n");
  CHECK(config.code == base::ErrorCode::config_invalid);
  CHECK(config.message == "line 3: no such field");
  CHECK(exit_code_of(start_failure(5, "in use").code) == ExitCode::address_in_use);
  CHECK(exit_code_of(start_failure(3, "in use").code) == ExitCode::data_dir);
  CHECK(start_failure(137, "").message.find("137") != std::string::npos);
}

}  // namespace
}  // namespace proxy::cli
