// Prints what a configuration costs: reading, the overlay of groups, a difference, an edit.
// Usage: config_bench [FILE], by default configs/mcp_config.159.json of the working directory.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "proxy/config/diff.h"
#include "proxy/config/edit.h"
#include "proxy/config/groups.h"
#include "proxy/config/parser.h"

namespace {

using Clock = std::chrono::steady_clock;
namespace config = proxy::config;

constexpr int kRounds = 200;

template <class Work>
void measure(const char* name, Work work) {
  std::vector<double> times;
  for (int i = 0; i < kRounds; ++i) {
    const auto start = Clock::now();
    work();
    times.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  fmt::print("{:<44} {:>8.3f} ms p50 {:>8.3f} ms p99\n", name, times[kRounds / 2],
             times[kRounds * 99 / 100]);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string path = argc > 1 ? argv[1] : "configs/mcp_config.159.json";
  base::PosixFileSystem files;
  const base::Result<std::string> text = files.read_file(path, config::kTextBytesMax);
  if (!text) {
    fmt::print(stderr, "{}\n", base::one_line(text.error()));
    return 1;
  }
  const base::Result<config::Config> parsed = config::config_or_error(config::parse(*text));
  if (!parsed) {
    fmt::print(stderr, "{}\n", base::one_line(parsed.error()));
    return 1;
  }
  if (parsed->servers.empty() || parsed->groups.empty()) {
    fmt::print(stderr, "The file needs at least one server and one group.\n");
    return 1;
  }
  fmt::print("{}: {} servers, {} bytes\n", path, parsed->servers.size(), text->size());
  measure("load and validate (read, parse, check)", [&] {
    const auto again = files.read_file(path, config::kTextBytesMax);
    const auto outcome = config::parse(*again);
    if (!outcome.config) std::abort();
  });
  measure("the same, listing unused fields", [&] {
    if (!config::parse(*text, {config::UnknownFields::reported}).config) std::abort();
  });
  measure("effective modes of all servers", [&] {
    if (config::effective_modes(*parsed).empty()) std::abort();
  });
  config::Config changed = *parsed;
  changed.groups.front().enabled = !changed.groups.front().enabled;
  measure("difference of two configurations", [&] {
    if (config::diff(*parsed, changed).empty()) std::abort();
  });
  const config::Edit edit =
      config::SetGroupEnabled{changed.groups.front().name, changed.groups.front().enabled};
  measure("edit in place: one group off", [&] {
    if (!config::apply_edit(*text, edit)) std::abort();
  });
  return 0;
}
