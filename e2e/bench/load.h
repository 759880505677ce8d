// Closed-loop load on an MCP endpoint over HTTP: N connections, each with one request in flight.
// Blocking; one thread; epoll.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "e2e/bench/histogram.h"

namespace bench {

struct LoadPlan {
  std::string host = "127.0.0.1";  // an IPv4 address
  std::uint16_t port = 8080;
  std::string path = "/mcp/all";
  std::string api_key;  // empty: none is sent
  // initialize and notifications/initialized on each connection, whose Mcp-Session-Id goes with
  // every call. Without it the calls are sent right away.
  bool handshake = true;
  // HTTP+SSE of 2024-11-05: `path` is that of the stream, answers come in it, and every connection
  // is two.
  bool sse = false;
  std::vector<std::string> tools;                    // called in turn; at least one
  std::string arguments = R"({"message":"hello"})";  // JSON object
  std::size_t connections = 1;
  std::chrono::milliseconds warm_up{1000};
  std::chrono::milliseconds duration{3000};
  std::uint64_t calls_max = 0;  // ends the run earlier; 0: no such bound
};

struct LoadReport {
  std::uint64_t calls = 0;  // answered well within the measured time
  std::uint64_t warm_up_calls = 0;
  std::uint64_t errors = 0;  // at any time of the run
  std::string first_error;
  double seconds = 0;      // measured
  double cpu_seconds = 0;  // of this thread, in the measured time
  Histogram latency;       // of the measured calls
  double calls_per_second() const { return seconds > 0 ? static_cast<double>(calls) / seconds : 0; }
};

// Errors: network (no connection, or none is left), protocol_error (a handshake was refused).
base::Result<LoadReport> run_load(const LoadPlan& plan);

// One JSON object on one line.
std::string to_json(const LoadReport& report);

}  // namespace bench
