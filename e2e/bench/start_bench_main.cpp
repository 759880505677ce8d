// start_bench: the 159-server demo configuration, started without and with a store: when the daemon
// is ready, when its first search is answered, what it holds while all upstreams idle.
#include <fmt/format.h>
#include <httplib.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "e2e/bench/daemon.h"

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "start_bench: {}\n", why);
  std::exit(1);
}

double milliseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

// The demo configuration, on a port of the system's choice.
std::filesystem::path write_config(const std::filesystem::path& folder) {
  std::filesystem::path path = folder / "config.json";
  auto writer = bench::Program::start(
      {(bench::program_folder() / "mcptrunk-demo-config").string(), path.string()},
      (folder / "log").string());
  if (!writer || writer->wait() != 0) give_up("the demo configuration was not written");
  std::string text = text_of(path);
  constexpr std::string_view kListen = "127.0.0.1:8080";
  const std::size_t at = text.find(kListen);
  if (at == std::string::npos) give_up("the demo configuration does not say where to listen");
  text.replace(at, kListen.size(), "127.0.0.1:0");
  std::ofstream(path) << text;
  return path;
}

std::string post(httplib::Client& client, const httplib::Headers& headers, const std::string& body,
                 std::string* session = nullptr) {
  const auto answer = client.Post("/mcp", headers, body, "application/json");
  if (!answer || answer->status != 200) give_up("the daemon did not answer " + body);
  if (session != nullptr) *session = answer->get_header_value("Mcp-Session-Id");
  return answer->body;
}

// As a client does it: handshake, then the search.
void search(std::uint16_t port) {
  httplib::Client client("127.0.0.1", port);
  httplib::Headers headers{{"Accept", "application/json, text/event-stream"}};
  std::string session;
  post(client, headers,
       R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
       R"("capabilities":{},"clientInfo":{"name":"start_bench","version":"1"}}})",
       &session);
  headers.emplace("Mcp-Session-Id", session);
  const std::string found =
      post(client, headers,
           R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"retrieve_tools",)"
           R"("arguments":{"query":"create an issue"}}})");
  if (found.find("\"result\"") == std::string::npos) give_up("the search failed: " + found);
}

void run(const std::string& label, const std::string& mcptrunk, const std::filesystem::path& config,
         const std::filesystem::path& log, std::chrono::seconds idle) {
  const Clock::time_point start = Clock::now();
  auto daemon = bench::Daemon::start(mcptrunk, config, log);
  if (!daemon) give_up(base::one_line(daemon.error()) + " See " + log.string());
  const double ready = milliseconds_since(start);
  search(daemon->port());
  const double searched = milliseconds_since(start);
  std::this_thread::sleep_for(idle);  // the catalogs are visited, then all is idle
  const bench::ProcessStats stats = bench::stats_of(daemon->program().pid());
  fmt::print("{:<5} {:>9.1f} {:>12.1f} {:>10.1f} {:>10.1f} {:>10}  {}\n", label, ready, searched,
             stats.rss_anon_mib, stats.rss_file_mib, stats.children, daemon->ready_line());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): ends the run, and says why
  std::string mcptrunk = (bench::program_folder() / "mcptrunk").string();
  int cold_seconds = 15, warm_starts = 3;
  CLI::App app("start of the 159-server demo configuration, cold and warm");
  app.add_option("--mcptrunk", mcptrunk)->capture_default_str();
  app.add_option("--cold-seconds", cold_seconds, "until the first start has seen every catalog")
      ->capture_default_str();
  app.add_option("--warm-starts", warm_starts)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const bench::TemporaryFolder folder("start_bench");
  const std::filesystem::path config = write_config(folder.path());
  const std::filesystem::path log = folder.path() / "log";
  fmt::print("{:<5} {:>9} {:>12} {:>10} {:>10} {:>10}\n", "start", "ready ms", "searched ms",
             "anon MiB", "file MiB", "processes");
  run("cold", mcptrunk, config, log, std::chrono::seconds(cold_seconds));
  for (int i = 0; i < warm_starts; ++i) {
    run("warm", mcptrunk, config, log, std::chrono::seconds(2));
  }
  return 0;
}
