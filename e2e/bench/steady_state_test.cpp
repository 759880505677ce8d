// The whole daemon, as it is built, with real clients and real upstreams: what one more call costs
// once all is warm. Counts, never times.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <new>

#include "e2e/bench/daemon.h"
#include "e2e/bench/load.h"

namespace bench {
namespace {

constexpr std::uint64_t kCalls = 5000;

// The number that allocation_counter.cpp counts in. Resource.
class Counter {
 public:
  explicit Counter(const std::filesystem::path& path) {
    std::ofstream(path) << std::string(sizeof(std::uint64_t), '\0');
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    memory_ = ::mmap(nullptr, sizeof(std::uint64_t), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    ::close(file);
    REQUIRE(memory_ != MAP_FAILED);
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  ~Counter() { ::munmap(memory_, sizeof(std::uint64_t)); }
  std::uint64_t value() const {
    return static_cast<std::atomic<std::uint64_t>*>(memory_)->load(std::memory_order_relaxed);
  }

 private:
  void* memory_ = nullptr;
};

// Calls that read or write, of all threads of a process.
std::uint64_t reads_and_writes(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/io", pid));
  std::uint64_t sum = 0;
  for (std::string name; file >> name;) {
    std::uint64_t value = 0;
    file >> value;
    if (name == "syscr:" || name == "syscw:") sum += value;
  }
  return sum;
}

std::filesystem::path write_config(const std::filesystem::path& folder) {
  std::filesystem::path path = folder / "config.json";
  std::string servers;
  for (const char* name : {"a", "b"}) {
    servers += fmt::format(R"({}{{"name":"{}","command":"{}"}})", servers.empty() ? "" : ",", name,
                           (program_folder() / "mcptrunk-fixture").string());
  }
  std::ofstream(path) << fmt::format(
      R"({{"listen":"127.0.0.1:0","data_dir":"{}","mcpServers":[{}]}})", (folder / "data").string(),
      servers);
  return path;
}

TEST_CASE("a call in steady state costs no more than one allocation and four reads and writes",
          "[bench][e2e]") {
  const TemporaryFolder folder("steady_state");
  const Counter allocations(folder.path() / "allocations");
  const auto daemon = Daemon::start(
      (program_folder() / "mcptrunk").string(), write_config(folder.path()), folder.path() / "log",
      {"env", "LD_PRELOAD=" + (program_folder() / "liballocation_counter.so").string(),
       "MCPTRUNK_ALLOCATIONS=" + (folder.path() / "allocations").string()});
  REQUIRE(daemon);

  LoadPlan plan;
  plan.port = daemon->port();
  plan.tools = {"a__echo", "b__echo"};
  plan.connections = GENERATE(1, 20);
  plan.warm_up = std::chrono::milliseconds(0);
  plan.duration = std::chrono::seconds(120);
  plan.calls_max = kCalls;
  REQUIRE(run_load(plan));  // starts the upstreams, grows every buffer
  const std::uint64_t allocations_before = allocations.value();
  const std::uint64_t calls_before = reads_and_writes(daemon->program().pid());
  REQUIRE(allocations_before > 0);
  const auto report = run_load(plan);
  REQUIRE(report);
  CHECK(report->errors == 0);
  REQUIRE(report->calls >= kCalls);
  const auto per_call = [&](std::uint64_t count) {
    return static_cast<double>(count) / static_cast<double>(report->calls);
  };
  const double allocations_per_call = per_call(allocations.value() - allocations_before);
  const double system_calls_per_call =
      per_call(reads_and_writes(daemon->program().pid()) - calls_before);
  CAPTURE(plan.connections, allocations_per_call, system_calls_per_call);
  CHECK(allocations_per_call <= 1);
  CHECK(system_calls_per_call < 4.5);  // the handshakes of the connections are in it
}

}  // namespace
}  // namespace bench
