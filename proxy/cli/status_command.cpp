// `mcptrunk status`.
#include <fmt/format.h>

#include "proxy/cli/command.h"
#include "proxy/cli/json_view.h"
#include "proxy/cli/status_view.h"

namespace proxy::cli {
namespace {

std::string states_text(const rapidjson::Value& servers) {
  std::string text;
  const auto* states = base::json_object(servers, "by_state");
  if (states == nullptr) return text;
  for (const auto& state : states->GetObject()) {
    if (!state.value.IsInt64() || state.value.GetInt64() == 0) continue;
    if (!text.empty()) text += ", ";
    text += fmt::format("{} {}", state.value.GetInt64(), base::json_text(state.name));
  }
  return text;
}

}  // namespace

std::string render_status(const rapidjson::Value& data, const Screen& screen) {
  const std::string state = text_of(data, "state");
  std::vector<Fact> facts{
      {"State", {state, state == "ready" ? Tone::good : Tone::busy}},
      {"Version", {text_of(data, "version")}},
      {"Endpoint", {text_of(data, "url")}},
      {"Process",
       {fmt::format("{}, up {}", number_of(data, "pid"),
                    duration_text(number_of(data, "uptime_ms")))}},
      {"Configuration", {text_of(data, "config_path")}},
      {"Not in use", {text_of(data, "config_rejected"), Tone::bad}},
      {"Needs a restart", {list_of(data, "needs_restart"), Tone::bad}},
      {"Data", {text_of(data, "data_dir")}},
  };
  if (const auto* servers = base::json_object(data, "servers")) {
    facts.push_back({"Servers",
                     {fmt::format("{}, {} enabled", number_of(*servers, "total"),
                                  number_of(*servers, "enabled"))}});
    facts.push_back({"States", {states_text(*servers)}});
  }
  facts.push_back({"Tools", {fmt::format("{} searchable", number_of(data, "tools"))}});
  facts.push_back({"Sessions", {fmt::format("{}", number_of(data, "sessions"))}});
  if (const auto* calls = base::json_object(data, "calls")) {
    facts.push_back({"Calls",
                     {fmt::format("{}, {} failed, {} in flight", number_of(*calls, "total"),
                                  number_of(*calls, "failed"), number_of(*calls, "in_flight"))}});
  }
  if (const auto* memory = base::json_object(data, "memory")) {
    facts.push_back(
        {"Memory",
         {fmt::format("{} own, {} mapped files", bytes_text(number_of(*memory, "rss_anon_bytes")),
                      bytes_text(number_of(*memory, "rss_file_bytes")))}});
  }
  if (!flag_of(data, "store_available")) {
    facts.push_back({"Store", {"not available: changes are refused", Tone::bad}});
  }
  if (flag_of(data, "cascade_guard")) {
    facts.push_back({"Cascade guard", {"tripped: many servers fail at once", Tone::bad}});
  }
  return render_facts(facts, screen);
}

void add_status_command(CommandLine& line) {
  CLI::App* command = line.add(line.app, "status", "How the daemon is doing", "mcptrunk status");
  line.on(command, [&context = line.context] {
    return context.present(context.get("status"), render_status);
  });
}

}  // namespace proxy::cli
