// production_scale: the seven areas on the 159-server demo configuration, driven as users drive it,
// beside what others promise and what we promise. Exit 1 when one of the others' targets is missed
// or a promise is broken.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>

#include "e2e/scale/run.h"

namespace {

void measure_all(scale::Run& run) {
  const auto say = [](const char* what) { fmt::print(stderr, "{} ...\n", what); };
  const scale::ScaleConfig lazy = scale::write_scale_config(run.folder, scale::Loading::lazy);
  const scale::ScaleConfig eager = scale::write_scale_config(run.folder, scale::Loading::eager);
  say("configuration");
  measure_configuration(run, lazy);
  {
    scale::RunningDaemon daemon(run, lazy);
    say("discovery");
    measure_discovery(run, daemon);
    say("memory");
    measure_memory(run, daemon, lazy);
  }
  say("persistence");
  measure_persistence(run, lazy);
  scale::RunningDaemon daemon(run, eager);
  const bool up = daemon.rest().wait_for([](const scale::Servers& servers) {
    return scale::at_rest(servers) && scale::in_state(servers, "ready").size() > 100;
  });
  run.report.require(scale::Area::state, up, "all active servers become ready");
  say("state");
  measure_state(run, daemon);
  say("groups");
  measure_groups(run, daemon, eager);
  say("events");
  measure_events(run, daemon, eager);
}

}  // namespace

int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): ends the run, and says why
  scale::Run run;
  run.mcptrunk = (bench::program_folder() / "mcptrunk").string();
  std::string json, compare;
  bool promises_only = false;
  CLI::App app("the seven areas of the production-scale test, on 159 servers");
  app.add_option("--mcptrunk", run.mcptrunk)->capture_default_str();
  app.add_flag("--short", run.is_short, "fewer repetitions, the same promises");
  app.add_flag("--promises-only", promises_only,
               "a missed target does not fail the run: for machines that others use too");
  app.add_option("--json", json, "write the result there, for --compare of a later run");
  app.add_option("--compare", compare, "a result of an earlier run: print the ratio to it");
  CLI11_PARSE(app, argc, argv);
  std::map<std::string, double> earlier;
  if (!compare.empty()) {
    auto values = scale::values_of(scale::text_of(compare));
    if (!values) scale::give_up(compare + ": " + base::one_line(values.error()));
    earlier = std::move(values).value();
  }
  if (promises_only) run.report.count_promises_only();
  const bench::TemporaryFolder folder("production_scale");
  run.folder = folder.path();
  measure_all(run);
  fmt::print("{}", run.report.table(earlier));
  if (!json.empty()) std::ofstream(json) << run.report.json(run.is_short);
  return run.report.passed() ? 0 : 1;
}
