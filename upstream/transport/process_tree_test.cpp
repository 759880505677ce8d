// No process outlives the stop, the daemon, the shim or the command, whatever it does to escape.
#include <sys/prctl.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "upstream/transport/leftovers.h"
#include "upstream/transport/transport_probe_test.h"

namespace upstream {
namespace {

// Prints the ids of: itself, a grandchild deaf to EOF and TERM, a setsid one, a double-forked
// daemon that is orphaned at once.
constexpr const char* kTree = R"(
trap '' TERM
echo $$
sh -c 'trap "" TERM; echo $$; while :; do tail -f /dev/null; done' &
setsid sh -c 'trap "" TERM HUP; echo $$; while :; do tail -f /dev/null; done' </dev/null &
sh -c 'setsid sh -c "echo \$\$; exec tail -f /dev/null" </dev/null >&1 &'
while :; do tail -f /dev/null; done
)";
constexpr std::size_t kTreeSize = 4;

void check_all_gone(const std::vector<pid_t>& ids) {
  REQUIRE(ids.size() == kTreeSize);
  for (const pid_t id : ids) {
    CAPTURE(id);
    REQUIRE(id > 1);
    CHECK(is_gone(id, std::chrono::seconds(5)));
  }
}

TEST_CASE("a stop ends a whole tree that ignores EOF and TERM", "[transport][processes]") {
  Bench bench;
  bench.start(shell(kTree));
  REQUIRE(bench.wait_for_lines(kTreeSize));
  bench.transport->close();
  bench.transport->close();
  REQUIRE(bench.wait_for_close());
  CHECK(bench.seen.closings == 1);
  CHECK(bench.seen.closed->detail == 128 + SIGKILL);
  check_all_gone(bench.seen.process_ids());
}

TEST_CASE("a child that heeds TERM is not killed", "[transport][processes]") {
  Bench bench;
  bench.start(shell("trap 'exit 7' TERM; echo on; while :; do tail -f /dev/null & wait $!; done"));
  REQUIRE(bench.wait_for_lines(1));
  bench.transport->close();
  REQUIRE(bench.wait_for_close());
  CHECK(bench.seen.closed->message == "stopped with exit code 7");
}

TEST_CASE(
    "when the command ends, what it left behind is killed and the pipes it holds do not "
    "delay the end",
    "[transport][processes]") {
  Bench bench;
  bench.start(
      shell("(trap '' TERM HUP; setsid sh -c 'echo $$; exec tail -f /dev/null') & "
            "read x; exit 4"));
  REQUIRE(bench.wait_for_lines(1));
  REQUIRE(bench.send("end"));
  REQUIRE(bench.wait_for_close());
  CHECK(bench.seen.closed->detail == 4);
  CHECK(is_gone(bench.seen.process_ids().front()));
}

TEST_CASE("destroying an open transport leaves no process", "[transport][processes]") {
  Bench bench;
  bench.start(shell(kTree));
  REQUIRE(bench.wait_for_lines(kTreeSize));
  bench.transport.reset();
  check_all_gone(bench.seen.process_ids());
  CHECK(bench.seen.closings == 0);
}

TEST_CASE("kill -9 of the command ends its tree", "[transport][processes]") {
  Bench bench;
  bench.start(shell(kTree));
  REQUIRE(bench.wait_for_lines(kTreeSize));
  kill(static_cast<pid_t>(bench.transport->process_id()), SIGKILL);
  REQUIRE(bench.wait_for_close());
  CHECK(bench.seen.closed->detail == 128 + SIGKILL);
  check_all_gone(bench.seen.process_ids());
}

TEST_CASE("kill -9 of the shim ends its tree", "[transport][processes]") {
  Bench bench;
  bench.start(shell("echo $PPID; read x;" + std::string(kTree)));
  REQUIRE(bench.wait_for_lines(1));
  const pid_t shim = bench.seen.process_ids().front();
  bench.seen.lines.clear();
  REQUIRE(bench.send("go"));
  REQUIRE(bench.wait_for_lines(kTreeSize));
  kill(shim, SIGKILL);
  REQUIRE(bench.wait_for_close());
  CHECK_THAT(bench.seen.closed->message, Catch::Contains("mcptrunk-child"));
  check_all_gone(bench.seen.process_ids());
}

TEST_CASE("a shim that was stopped is forced, and its tree ends with it",
          "[transport][processes]") {
  StdioOptions options = test_options();
  options.stop_times.after_kill = std::chrono::milliseconds(100);
  Bench bench(options);
  bench.start(shell("exec 3>&1; echo $PPID; exec 3>&-; exec tail -f /dev/null"));
  REQUIRE(bench.wait_for_lines(1));
  kill(bench.seen.process_ids().front(), SIGSTOP);
  bench.transport->close();
  REQUIRE(bench.wait_for_close());
  CHECK(is_gone(bench.seen.process_ids().front()));
}

// Hosts a loop with one tree in a process of its own, tells the tree's ids, and runs for ever.
[[noreturn]] void host_a_tree(int report) {
  Bench bench;
  bench.start(shell(kTree));
  if (!bench.wait_for_lines(kTreeSize)) _exit(1);
  for (const pid_t id : bench.seen.process_ids()) {
    if (write(report, &id, sizeof id) != sizeof id) _exit(1);
  }
  while (true) bench.loop.run_once(std::chrono::seconds(1));
}

TEST_CASE("kill -9 of the daemon leaves nothing of a tree", "[transport][processes]") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t daemon = fork();
  REQUIRE(daemon >= 0);
  if (daemon == 0) host_a_tree(ends[1]);
  close(ends[1]);
  std::vector<pid_t> ids(kTreeSize);
  for (pid_t& id : ids) REQUIRE(read(ends[0], &id, sizeof id) == sizeof id);
  close(ends[0]);
  kill(daemon, SIGKILL);
  check_all_gone(ids);
  waitpid(daemon, nullptr, 0);
}

TEST_CASE("leftovers are found by the marker of their owner, and only those",
          "[transport][processes]") {
  StdioOptions options = test_options();
  options.owner = "owner-a";
  Bench bench(options);
  bench.start(shell("echo $PPID; echo $$; exec tail -f /dev/null"));
  REQUIRE(bench.wait_for_lines(2));
  CHECK(kill_marked("owner-b:") == 0);
  CHECK(kill_marked("owner-a:") >= 1);  // the shim first: the command dies with it
  REQUIRE(bench.wait_for_close());
  for (const pid_t id : bench.seen.process_ids()) CHECK(is_gone(id));
}

}  // namespace
}  // namespace upstream
