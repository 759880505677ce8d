// load_generator: puts load on an MCP endpoint and prints what came back.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "e2e/bench/load.h"

namespace {

void raise_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::string milliseconds(bench::Histogram::Duration duration) {
  return fmt::format("{:.3f} ms", static_cast<double>(duration.count()) * 1e-6);
}

void print_table(const bench::LoadPlan& plan, const bench::LoadReport& report) {
  fmt::print(
      "connections  {}\ncalls/s      {:.0f}\np50          {}\np90          {}\n"
      "p99          {}\nmax          {}\ncalls        {} in {:.2f} s (and {} to warm up)\n"
      "errors       {}\n",
      plan.connections, report.calls_per_second(), milliseconds(report.latency.quantile(0.5)),
      milliseconds(report.latency.quantile(0.9)), milliseconds(report.latency.quantile(0.99)),
      milliseconds(report.latency.max()), report.calls, report.seconds, report.warm_up_calls,
      report.errors);
  if (report.errors > 0) fmt::print("first error  {}\n", report.first_error);
}

}  // namespace

int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): ends the run, and says why
  bench::LoadPlan plan;
  double seconds = 3, warm_up_seconds = 1;
  bool json = false, no_handshake = false;
  CLI::App app("Closed-loop load of tools/call on an MCP endpoint over HTTP");
  app.add_option("--host", plan.host, "IPv4 address")->capture_default_str();
  app.add_option("--port", plan.port, "port")->required();
  app.add_option("--path", plan.path, "endpoint")->capture_default_str();
  app.add_option("--api-key", plan.api_key, "sent as X-API-Key");
  app.add_option("--tool", plan.tools, "tool to call; several are called in turn")->required();
  app.add_option("--args", plan.arguments, "JSON object")->capture_default_str();
  app.add_option("--connections", plan.connections, "each with one call in flight")
      ->capture_default_str();
  app.add_option("--seconds", seconds, "measured time")->capture_default_str();
  app.add_option("--warm-up", warm_up_seconds, "seconds before it")->capture_default_str();
  app.add_option("--calls", plan.calls_max, "end after this many");
  app.add_flag("--no-handshake", no_handshake, "call without initialize and session");
  app.add_flag("--sse", plan.sse, "HTTP+SSE of 2024-11-05; the path is the stream's");
  app.add_flag("--json", json, "one JSON object");
  CLI11_PARSE(app, argc, argv);
  plan.handshake = !no_handshake;
  plan.duration = std::chrono::milliseconds(static_cast<long>(seconds * 1000));
  plan.warm_up = std::chrono::milliseconds(static_cast<long>(warm_up_seconds * 1000));
  raise_descriptor_limit();
  const auto report = bench::run_load(plan);
  if (!report) {
    fmt::print(stderr, "load_generator: {}\n", base::one_line(report.error()));
    return 1;
  }
  if (json) {
    fmt::print("{}\n", bench::to_json(*report));
  } else {
    print_table(plan, *report);
  }
  if (json && report->errors > 0) fmt::print(stderr, "first error: {}\n", report->first_error);
  return report->errors == 0 ? 0 : 1;
}
