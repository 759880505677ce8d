// bench_calls: tools/call end to end, mcptrunk beside the bare hop with the same children in the
// same run; with upstreams over HTTP, beside the same load on such an upstream itself. Prints a
// table for people; the machine's noise is in it. The load generator runs as a program of its own,
// as clients do.
#include <fmt/format.h>
#include <rapidjson/document.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "e2e/bench/daemon.h"
#include "e2e/bench/program.h"

namespace {

using bench::ProcessStats;
using bench::Program;

struct Options {
  std::string mcptrunk;  // empty: the bare hop alone
  std::string bare_hop, load_generator, child, http_upstream;
  std::vector<std::string> child_arguments;
  std::vector<int> children{1, 8, 104};
  std::vector<int> http_upstreams{1, 8};
  std::vector<int> connections{1, 20, 100, 1000};
  double seconds = 3, warm_up = 1;
  std::string folder;  // of this run: configuration, data, logs
};

// One running proxy, ours or the bare hop.
struct Subject {
  std::string name;
  Program program;
  std::vector<std::string> load_arguments;  // port, path, tools

  // The same program through its HTTP+SSE endpoint.
  std::vector<std::string> sse_arguments() const {
    std::vector<std::string> arguments = load_arguments;
    std::ranges::replace(arguments, std::string("/mcp/all"), std::string("/sse"));
    arguments.emplace_back("--sse");
    return arguments;
  }
};

struct Measurement {
  double calls_per_second = 0, p50_us = 0, p99_us = 0, max_us = 0;
  double generator_cpu = 0, proxy_cpu = 0, children_cpu = 0;  // seconds, warm-up included
  std::uint64_t errors = 0;
  ProcessStats after;
};

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench_calls: {}\n", why);
  std::exit(1);
}

std::string server_name(int number) {
  return fmt::format("s{:03}", number);
}

// Servers s000, s001 ... which all are reached by `how`: the fields of a configuration's entry.
std::string write_config(const Options& options, const std::string& kind, int count,
                         const std::string& how) {
  std::string path = fmt::format("{}/config-{}-{}.json", options.folder, kind, count);
  std::string servers;
  for (int i = 0; i < count; ++i) {
    servers += fmt::format("{}\n  {{\"name\":\"{}\",\"startup_mode\":\"active\",{}}}",
                           i == 0 ? "" : ",", server_name(i), how);
  }
  std::ofstream(path) << fmt::format(
      "{{\"listen\":\"127.0.0.1:0\",\"data_dir\":\"{}/data-{}-{}\",\"routing_mode\":\"direct\",\n"
      "\"mcpServers\":[{}\n]}}\n",
      options.folder, kind, count, servers);
  return path;
}

std::string stdio_entry(const Options& options) {
  std::string arguments;
  for (const std::string& argument : options.child_arguments) {
    arguments += fmt::format(R"({}"{}")", arguments.empty() ? "" : ",", argument);
  }
  return fmt::format(R"("command":"{}","args":[{}])", options.child, arguments);
}

Subject start(const Options& options, const std::string& name,
              const std::vector<std::string>& command) {
  auto program = Program::start(command, fmt::format("{}/{}.log", options.folder, name));
  if (!program) give_up(base::one_line(program.error()));
  Subject subject{.name = name, .program = std::move(*program), .load_arguments = {}};
  while (true) {
    const auto line = subject.program.read_line(std::chrono::seconds(60));
    if (!line) {
      give_up(fmt::format("{} did not become ready: {} See {}/{}.log", name,
                          base::one_line(line.error()), options.folder, name));
    }
    if (const std::uint16_t port = bench::port_in(*line); port != 0) {
      subject.load_arguments = {"--port", std::to_string(port)};
      return subject;
    }
  }
}

Subject start_bare_hop(const Options& options, int children) {
  std::vector<std::string> command{options.bare_hop, std::to_string(children), options.child};
  command.insert(command.end(), options.child_arguments.begin(), options.child_arguments.end());
  Subject subject = start(options, "bare_hop", command);
  for (const char* argument : {"--path", "/", "--no-handshake", "--tool", "echo"}) {
    subject.load_arguments.emplace_back(argument);
  }
  return subject;
}

// A server that many clients reach over HTTP, with the children's tool.
Subject start_http_upstream(const Options& options) {
  Subject subject = start(options, "upstream", {options.http_upstream, "--http", "127.0.0.1:0"});
  for (const char* argument : {"--path", "/mcp", "--tool", "echo"}) {
    subject.load_arguments.emplace_back(argument);
  }
  return subject;
}

Subject start_mcptrunk(const Options& options, const std::string& config, int servers) {
  Subject subject = start(options, "mcptrunk", {options.mcptrunk, "serve", "--config", config});
  subject.load_arguments.insert(subject.load_arguments.end(), {"--path", "/mcp/all", "--tool"});
  for (int i = 0; i < servers; ++i) {
    subject.load_arguments.push_back(server_name(i) + "__echo");
  }
  return subject;
}

// Runs the load generator; what it printed, and whether every call was answered well.
std::pair<std::string, bool> run_load(const Options& options,
                                      const std::vector<std::string>& target,
                                      const std::vector<std::string>& more) {
  std::vector<std::string> command{options.load_generator, "--json"};
  command.insert(command.end(), more.begin(), more.end());
  command.insert(command.end(), target.begin(), target.end());
  auto load = Program::start(command, options.folder + "/load.log");
  if (!load) give_up(base::one_line(load.error()));
  const auto line = load->read_line(std::chrono::seconds(600));
  const int exit_code = load->wait();
  return {line ? *line : std::string(), line.ok() && exit_code == 0};
}

// Until every upstream answers: they are started one after another.
void wait_for_upstreams(const Options& options, const Subject& subject, int upstreams) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto [report, good] = run_load(options, subject.load_arguments,
                                         {"--connections", "1", "--warm-up", "0", "--seconds",
                                          "120", "--calls", std::to_string(2 * upstreams)});
    if (good) return;
  }
  give_up(
      fmt::format("{} does not answer all calls; see {}/load.log", subject.name, options.folder));
}

Measurement measure(const Options& options, const Subject& subject,
                    const std::vector<std::string>& target, int connections) {
  const ProcessStats before = bench::stats_of(subject.program.pid());
  const auto [text, good] = run_load(
      options, target,
      {"--connections", std::to_string(connections), "--seconds",
       fmt::format("{}", options.seconds), "--warm-up", fmt::format("{}", options.warm_up)});
  Measurement result;
  result.after = bench::stats_of(subject.program.pid());
  rapidjson::Document report;
  if (report.Parse(text.c_str()).HasParseError() || !report.IsObject()) {
    give_up(fmt::format("the load on {} failed; see {}/load.log", subject.name, options.folder));
  }
  result.calls_per_second = report["calls_per_second"].GetDouble();
  result.p50_us = report["latency_us"]["p50"].GetDouble();
  result.p99_us = report["latency_us"]["p99"].GetDouble();
  result.max_us = report["latency_us"]["max"].GetDouble();
  result.generator_cpu = report["cpu_seconds"].GetDouble();
  result.errors = report["errors"].GetUint64();
  result.proxy_cpu = result.after.cpu_seconds - before.cpu_seconds;
  result.children_cpu = result.after.children_cpu_seconds - before.children_cpu_seconds;
  return result;
}

void print_header() {
  fmt::print(
      "{:<9} {:>5}  {:<10} {:>8} {:>6} {:>8} {:>8} {:>9} {:>9} {:>7} {:>7} {:>6} {:>6} {:>6} {}\n",
      "upstreams", "conns", "program", "calls/s", "ratio", "p50 us", "p99 us", "+p50 us", "+p99 us",
      "anonMiB", "fileMiB", "proxyC", "loadC", "chldC", "errors");
}

void print_row(const std::string& upstreams, int connections, const std::string& name,
               const Measurement& m, const Measurement& bare) {
  fmt::print(
      "{:<9} {:>5}  {:<10} {:>8.0f} {:>5.0f}% {:>8.0f} {:>8.0f} {:>9.0f} {:>9.0f} {:>7.1f} "
      "{:>7.1f} "
      "{:>6.2f} {:>6.2f} {:>6.2f} {}\n",
      upstreams, connections, name, m.calls_per_second,
      100 * m.calls_per_second / bare.calls_per_second, m.p50_us, m.p99_us, m.p50_us - bare.p50_us,
      m.p99_us - bare.p99_us, m.after.rss_anon_mib, m.after.rss_file_mib, m.proxy_cpu,
      m.generator_cpu, m.children_cpu, m.errors);
  std::fflush(stdout);
}

// Each number of connections on the reference, then on ours through both transports.
void compare(const Options& options, const std::string& upstreams, const Subject& reference,
             const Subject* ours) {
  for (const int connections : options.connections) {
    const Measurement base = measure(options, reference, reference.load_arguments, connections);
    print_row(upstreams, connections, reference.name, base, base);
    if (ours == nullptr) continue;
    print_row(upstreams, connections, ours->name,
              measure(options, *ours, ours->load_arguments, connections), base);
    print_row(upstreams, connections, "  over sse",
              measure(options, *ours, ours->sse_arguments(), connections), base);
  }
}

void bench_with_children(const Options& options, int children) {
  const Subject bare = start_bare_hop(options, children);
  std::optional<Subject> ours;
  if (!options.mcptrunk.empty()) {
    ours.emplace(start_mcptrunk(
        options, write_config(options, "stdio", children, stdio_entry(options)), children));
    wait_for_upstreams(options, *ours, children);
  }
  wait_for_upstreams(options, bare, children);
  compare(options, fmt::format("{} stdio", children), bare, ours ? &*ours : nullptr);
}

// All entries name one server, which is also the reference: its own speed is the limit.
void bench_with_http_upstreams(const Options& options, int count) {
  const Subject upstream = start_http_upstream(options);
  const std::string entry = fmt::format(R"("url":"http://127.0.0.1:{}/mcp","protocol":"http")",
                                        upstream.load_arguments[1]);
  const Subject ours = start_mcptrunk(options, write_config(options, "http", count, entry), count);
  wait_for_upstreams(options, ours, count);
  compare(options, fmt::format("{} http", count), upstream, &ours);
}

}  // namespace

int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): ends the run, and says why
  Options options;
  const std::string here = bench::program_folder();
  options.bare_hop = here + "/bare_hop";
  options.load_generator = here + "/load_generator";
  options.child = here + "/mcptrunk-fixture";
  options.http_upstream = options.child;
  CLI::App app("tools/call end to end: mcptrunk beside the bare hop");
  app.add_option("--mcptrunk", options.mcptrunk, "the program; without it, the bare hop alone");
  app.add_option("--bare-hop", options.bare_hop)->capture_default_str();
  app.add_option("--load-generator", options.load_generator)->capture_default_str();
  app.add_option("--child", options.child, "stdio server with a tool \"echo\"")
      ->capture_default_str();
  app.add_option("--child-arg", options.child_arguments);
  app.add_option("--children", options.children)->delimiter(',')->capture_default_str();
  app.add_option("--http-upstreams", options.http_upstreams, "servers over HTTP; 0: none")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--connections", options.connections)->delimiter(',')->capture_default_str();
  app.add_option("--seconds", options.seconds, "measured time of each row")->capture_default_str();
  app.add_option("--warm-up", options.warm_up)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const bench::TemporaryFolder folder("bench_calls");
  options.folder = folder.path();
  fmt::print(
      "ratio: of the calls/s of the first row of each kind, which is the bare hop, or the upstream "
      "itself.\n+p50, +p99: over that. proxyC, loadC, chldC: CPU seconds of the program, of the "
      "load, and of the program's children.\n");
  print_header();
  for (const int children : options.children) {
    if (children > 0) bench_with_children(options, children);
  }
  if (options.mcptrunk.empty()) return 0;
  for (const int count : options.http_upstreams) {
    if (count > 0) bench_with_http_upstreams(options, count);
  }
  return 0;
}
