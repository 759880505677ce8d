// The program: wiring only.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>

#include "base/file_system.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/signal.h"
#include "proxy/cli/cli.h"
#include "proxy/daemon/daemon.h"
#include "proxy/daemon/process_memory.h"

namespace {

using proxy::cli::ExitCode;

int fail(const base::Error& error) {
  // What takes several lines has its remedy on one of its own.
  const bool several = error.message.find('\n') != std::string::npos;
  fmt::print(stderr, "mcptrunk: {}\n",
             several ? error.message + "\n" + error.remedy : base::one_line(error));
  base::log::stop();
  return static_cast<int>(proxy::cli::exit_code_of(error.code));
}

void print_ready(const proxy::daemon::ReadyReport& report) {
  fmt::print("mcptrunk ready on {}: {} servers, {} enabled, {} tools searchable, in {} ms\n",
             report.url, report.servers, report.servers_enabled, report.tools, report.took.count());
  std::fflush(stdout);
}

void print_first_look(const proxy::daemon::FirstLookReport& report) {
  fmt::print("{} tools searchable: {} of {} servers listed theirs, in {:.1f} s\n", report.tools,
             report.answered, report.servers, std::chrono::duration<double>(report.took).count());
  if (report.answered < report.servers) {
    fmt::print("what is wrong with the others: mcptrunk servers list, mcptrunk doctor\n");
  }
  std::fflush(stdout);
}

int serve(const proxy::cli::ServeOptions& asked) {
  const base::TimePoint started = base::SystemClock().now();
  proxy::daemon::DaemonOptions options;
  options.config_path = asked.config_path;
  options.config_may_be_missing = !asked.config_path_given;
  options.data_dir = asked.data_dir;
  options.listen = asked.listen;
  options.log_level = asked.log_level;
  options.quiet = asked.quiet;
  options.executed_at = started;

  proxy::daemon::give_memory_back();
  std::signal(SIGPIPE, SIG_IGN);
  base::PosixFileSystem files;
  base::Loop loop(std::random_device{}());
  auto started_daemon = proxy::daemon::Daemon::start(loop, files, options);
  if (!started_daemon) return fail(started_daemon.error());
  const std::unique_ptr<proxy::daemon::Daemon> daemon = std::move(started_daemon).value();
  print_ready(daemon->ready_report());
  if (const std::size_t unknown = daemon->watch_first_look(print_first_look); unknown > 0) {
    fmt::print("listing the tools of {} servers that are new here ...\n", unknown);
    std::fflush(stdout);
  }

  bool draining = false;
  const auto stop = [&] {
    // Asked twice: now. The shims end every upstream when this process is gone.
    if (std::exchange(draining, true)) std::_Exit(static_cast<int>(ExitCode::failed));
    daemon->drain([&] { loop.stop(); });
  };
  const base::SignalWatch on_terminate(loop, SIGTERM, stop);
  const base::SignalWatch on_interrupt(loop, SIGINT, stop);
  const base::SignalWatch on_hangup(loop, SIGHUP, [&] { daemon->reload(); });
  loop.run();
  base::log::stop();
  return static_cast<int>(ExitCode::ok);
}

}  // namespace

int main(int argc, char** argv) {
  return proxy::cli::run_program(argc, argv, {serve});
}
