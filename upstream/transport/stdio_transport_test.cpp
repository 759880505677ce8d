#include "upstream/transport/stdio_transport.h"

#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "upstream/transport/transport_probe_test.h"

namespace upstream {
namespace {

TEST_CASE("messages go to a child and come back whole, in order", "[transport]") {
  Bench bench;
  bench.start({"echo", "cat", {}, {"PATH=/usr/bin:/bin"}, ""});
  std::vector<std::string> expected;
  for (int i = 0; i < 1000; ++i) {
    expected.push_back("{\"id\":" + std::to_string(i) + "}");
    REQUIRE(bench.send(expected.back()));
  }
  REQUIRE(bench.wait_for_lines(expected.size()));
  CHECK(bench.seen.lines == expected);
  CHECK(bench.transport->process_id() > 0);
  bench.transport->close();
  REQUIRE(bench.wait_for_close());
  CHECK(bench.seen.closed->kind == FailureKind::exited);
  CHECK(bench.seen.closed->detail == 0);
  CHECK(bench.seen.closed->message == "stopped with exit code 0");
  CHECK(bench.transport->process_id() == 0);
}

TEST_CASE("a message larger than every buffer passes both ways", "[transport]") {
  Bench bench;
  bench.start(shell("exec cat"));
  const std::string large = "{\"id\":1,\"x\":\"" + std::string(5'000'000, 'x') + "\"}";
  REQUIRE(bench.send(large));
  REQUIRE(bench.send("{\"id\":2}"));
  REQUIRE(bench.wait_for_lines(2));
  CHECK(bench.seen.lines[0] == large);
  CHECK(bench.seen.lines[1] == "{\"id\":2}");
}

TEST_CASE("what was sent before close() still reaches the child", "[transport]") {
  Bench bench;
  bench.start(shell("exec cat"));
  const std::string large(300'000, 'y');
  REQUIRE(bench.send(large));
  bench.transport->close();
  CHECK(!bench.send("too late"));
  REQUIRE(bench.wait_for_close());
  REQUIRE(bench.seen.lines.size() == 1);
  CHECK(bench.seen.lines[0] == large);
}

TEST_CASE("a child that does not read is refused messages at the limit", "[transport]") {
  StdioOptions options = test_options();
  options.unsent_bytes_max = 1'000'000;
  Bench bench(options);
  bench.start(shell("echo ready; exec tail -f /dev/null"));
  REQUIRE(bench.wait_for_lines(1));
  const std::string message(100'000, 'z');
  int accepted = 0;
  while (accepted < 100 && bench.send(message)) {
    ++accepted;
    bench.loop.run_once(std::chrono::milliseconds(1));
  }
  CHECK(accepted >= 9);
  CHECK(accepted < 20);
}

TEST_CASE("a message over the limit is skipped by its id and the next one arrives", "[transport]") {
  StdioOptions options = test_options();
  options.line_bytes_max = 100'000;
  Bench bench(options);
  bench.start(shell("exec cat"));
  REQUIRE(bench.send("{\"id\":77,\"result\":\"" + std::string(200'000, 'x') + "\"}"));
  REQUIRE(bench.send("{\"id\":78}"));
  REQUIRE(bench.wait_for_lines(1));
  CHECK(bench.seen.oversized == std::vector<std::string>{"77"});
  CHECK(bench.seen.lines == std::vector<std::string>{"{\"id\":78}"});
}

TEST_CASE("the listener may destroy the transport while it is given a message", "[transport]") {
  Bench bench;
  bench.seen.on_line = [&](std::string_view) { bench.transport.reset(); };
  bench.start(shell("echo one; echo two; exec tail -f /dev/null"));
  REQUIRE(run_until(bench.loop, [&] { return bench.transport == nullptr; }));
  CHECK(bench.seen.lines == std::vector<std::string>{"one"});
  CHECK(bench.seen.closings == 0);
}

TEST_CASE("one child that never stops writing does not keep another from answering",
          "[transport]") {
  Bench flood;
  flood.start(shell("exec yes"));
  Recorder answers;
  StdioTransport echo(flood.host, shell("exec cat"));
  echo.start(answers);
  for (std::size_t round = 1; round <= 20; ++round) {
    Outgoing message;
    message.bytes = "ping";
    REQUIRE(echo.send(message));
    const std::size_t flooded = flood.seen.lines.size();
    REQUIRE(run_until(flood.loop, [&] { return answers.lines.size() == round; }));
    CHECK(flood.seen.lines.size() >= flooded);
    flood.seen.lines.clear();
  }
}

struct EndCase {
  ChildSpec spec;
  FailureKind kind;
  int detail;
  std::string message_part;
  std::string remedy_part;
};

TEST_CASE("every way to fail has its sentence and its remedy", "[transport]") {
  const std::vector<std::string> env{"PATH=/usr/bin:/bin"};
  const std::vector<EndCase> cases{
      {{"s", "no-such-command-anywhere", {}, env, ""},
       FailureKind::spawn_failed,
       ENOENT,
       "\"no-such-command-anywhere\" was not found in PATH",
       "/usr/bin:/bin"},
      {{"s", "/no/such/file", {}, env, ""},
       FailureKind::spawn_failed,
       ENOENT,
       "\"/no/such/file\" does not exist",
       "command"},
      {{"s", "/etc/passwd", {}, env, ""},
       FailureKind::spawn_failed,
       EACCES,
       "\"/etc/passwd\" may not be executed",
       "chmod +x"},
      {{"s", "true", {}, env, "/no/such/directory"},
       FailureKind::spawn_failed,
       ENOENT,
       "\"/no/such/directory\" does not exist",
       "working_dir"},
      {shell("echo first >&2; echo last words >&2; exit 3"), FailureKind::exited, 3,
       "exited with code 3: last words", "log"},
      {shell("exit 0"), FailureKind::exited, 0, "ended by itself", "stdio"},
      {shell("kill -SEGV $$"), FailureKind::exited, 128 + SIGSEGV, "signal 11 (SIGSEGV)",
       "crashed"},
      {shell("kill -KILL $$"), FailureKind::exited, 128 + SIGKILL, "signal 9 (SIGKILL)", "memory"},
      {shell("exec >/dev/null; exec tail -f /dev/null"), FailureKind::exited, 128 + SIGTERM,
       "closed its standard output", "foreground"},
      {shell("exec >/dev/null; exec cat"), FailureKind::exited, 0, "closed its standard output",
       "foreground"},
      {shell("exec >/dev/null; cat; exit 5"), FailureKind::exited, 5, "exited with code 5", "log"},
  };
  for (const EndCase& expected : cases) {
    Bench bench;
    CAPTURE(expected.message_part);
    bench.start(expected.spec);
    CHECK(bench.seen.closings == 0);
    REQUIRE(bench.wait_for_close());
    const Failure& failure = *bench.seen.closed;
    CHECK(failure.kind == expected.kind);
    CHECK(failure.detail == expected.detail);
    const std::string said =
        failure.last_words.empty() ? failure.message : failure.message + ": " + failure.last_words;
    CHECK_THAT(said, Catch::Contains(expected.message_part));
    CHECK_THAT(failure.remedy, Catch::Contains(expected.remedy_part));
    CHECK(bench.seen.closings == 1);
    CHECK(bench.seen.messages_after_end == 0);
  }
}

TEST_CASE("a missing shim is a failure told after start() has returned", "[transport]") {
  StdioOptions options = test_options();
  options.shim_path = "/no/such/shim";
  Bench bench(options);
  bench.start(shell("true"));
  CHECK(bench.seen.closings == 0);
  REQUIRE(bench.wait_for_close());
  CHECK(bench.seen.closed->kind == FailureKind::spawn_failed);
  CHECK_THAT(bench.seen.closed->message, Catch::Contains("/no/such/shim"));
}

TEST_CASE("a failure carries the last lines of stderr, at most twenty", "[transport]") {
  Bench bench;
  bench.start(shell("i=0; while [ $i -lt 50 ]; do echo line $i >&2; i=$((i+1)); done; exit 1"));
  REQUIRE(bench.wait_for_close());
  const auto& tail = bench.seen.closed->stderr_tail;
  REQUIRE(tail.size() == Failure::kStderrLinesMax);
  CHECK(tail.front() == "line 30");
  CHECK(tail.back() == "line 49");
}

TEST_CASE("a child that floods stderr still answers, and its last words are kept", "[transport]") {
  Bench bench;
  bench.start(shell("yes noise | head -c 600000 >&2; echo done; read x; echo bye >&2; exit 9"));
  REQUIRE(bench.wait_for_lines(1));
  REQUIRE(bench.send("go"));
  REQUIRE(bench.wait_for_close());
  CHECK(bench.seen.closed->detail == 9);
  CHECK(bench.seen.closed->stderr_tail.back() == "bye");
}

TEST_CASE(
    "a child gets its own environment, directory, limits and clean signals, and no other "
    "descriptor",
    "[transport]") {
  StdioOptions options = test_options();
  rlimit limits{};
  getrlimit(RLIMIT_NOFILE, &limits);
  options.nofile_soft = 123;
  options.nofile_hard = limits.rlim_max;
  Bench bench(options);
  const int leaked = dup(0);  // not close-on-exec
  ChildSpec spec = shell(
      "echo $A; env | grep -c MCPTRUNK_OWNER=mcptrunk:; pwd; ulimit -n; ls /proc/self/fd | wc -l;"
      "grep SigBlk /proc/self/status; grep SigIgn /proc/self/status; echo ${HOME-none}");
  spec.working_dir = "/usr";
  bench.start(spec);
  REQUIRE(bench.wait_for_close());
  close(leaked);
  const auto& lines = bench.seen.lines;
  REQUIRE(lines.size() == 8);
  CHECK(lines[0] == "1");
  CHECK(lines[1] == "1");
  CHECK(lines[2] == "/usr");
  CHECK(lines[3] == "123");
  CHECK(std::atoi(lines[4].c_str()) == 4);  // 0, 1, 2 and the directory that ls reads
  CHECK(lines[5] == "SigBlk:\t0000000000000000");
  CHECK(lines[6] == "SigIgn:\t0000000000000000");
  CHECK(lines[7] == "none");
}

TEST_CASE("a paused transport reads nothing, and goes on where it was", "[transport]") {
  Bench bench;
  bench.start(shell("echo one; read line; echo two; read line; echo three"));
  REQUIRE(bench.wait_for_lines(1));
  bench.transport->set_paused(true);
  REQUIRE(bench.send("go"));
  for (int i = 0; i < 20; ++i) bench.loop.run_once(std::chrono::milliseconds(1));
  CHECK(bench.seen.lines.size() == 1);
  bench.transport->set_paused(false);
  REQUIRE(bench.wait_for_lines(2));
  REQUIRE(bench.send("go"));
  CHECK(bench.wait_for_lines(3));
}

}  // namespace
}  // namespace upstream
