#include "proxy/cli/servers_view.h"

#include <fmt/format.h>

#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

std::string first_warning(const rapidjson::Value& server) {
  std::string first;
  for_each_in(server, "warnings", [&](const rapidjson::Value& warning) {
    if (first.empty()) first = text_of(warning, "message");
  });
  return first;
}

std::string problem_of(const rapidjson::Value& server) {
  const std::string held_by = text_of(server, "held_by");
  if (!held_by.empty()) return "held by " + held_by;
  if (text_of(server, "stopped_by") == "agent") return "by an agent, over MCP";
  const std::string state = text_of(server, "state");
  if (state == "ready" || state == "idle") return first_warning(server);
  // Another error is history, told by `servers show`.
  const auto* error = base::json_object(server, "last_error");
  const bool fails = error != nullptr && flag_of(*error, "current");
  return fails ? text_of(*error, "message") : first_warning(server);
}

std::string state_counts(const rapidjson::Value& data) {
  std::vector<std::pair<std::string, int>> counts;
  int total = 0;
  for_each_in(data, "servers", [&](const rapidjson::Value& server) {
    const std::string state = text_of(server, "state");
    const auto found = std::ranges::find(counts, state, &std::pair<std::string, int>::first);
    if (found == counts.end()) {
      counts.emplace_back(state, 1);
    } else {
      found->second += 1;
    }
    total += 1;
  });
  std::ranges::stable_sort(counts, std::greater{}, &std::pair<std::string, int>::second);
  std::string text = fmt::format("{} server{}", total, total == 1 ? "" : "s");
  const char* separator = ": ";
  for (const auto& [state, count] : counts) {
    text += fmt::format("{}{} {}", separator, count, state);
    separator = ", ";
  }
  return text + "\n";
}

std::string next_try_of(const rapidjson::Value& server) {
  if (const auto left = base::json_int(server, "next_try_in_ms")) {
    return *left <= 0 ? "now" : "in " + duration_text(*left);
  }
  return time_text(text_of(server, "next_try"));
}

std::string mode_of(const rapidjson::Value& server) {
  const std::string held_by = text_of(server, "held_by");
  std::string mode = text_of(server, "startup_mode");
  const std::string by = text_of(server, "stopped_by");
  if (!by.empty()) mode += by == "agent" ? " by an agent, over MCP" : " by a person";
  return held_by.empty() ? mode : fmt::format("{}, held by {}", mode, held_by);
}

std::string indented(const rapidjson::Value& data, std::string_view name) {
  std::string lines;
  for_each_in(data, name, [&](const rapidjson::Value& line) {
    if (line.IsString()) lines += "  " + one_clean_line(base::json_text(line)) + "\n";
  });
  return lines;
}

// The steps of a fix, each on a line of its own.
void add_fix(std::vector<Fact>& facts, std::string_view fix) {
  struct Step {
    std::string_view mark;
    const char* name;
  };
  constexpr std::array kSteps{Step{"; see: ", "See"}, Step{"; to write it: ", "Write it with"},
                              Step{"; then: ", "Then"}};
  const char* name = "To fix it";
  for (const Step& step : kSteps) {
    const std::size_t at = fix.find(step.mark);
    if (at == std::string_view::npos) continue;
    facts.push_back({name, {std::string(fix.substr(0, at)), Tone::strong}});
    fix.remove_prefix(at + step.mark.size());
    name = step.name;
  }
  facts.push_back({name, {std::string(fix), Tone::strong}});
}

// `told`: what is said to do anyway; a remedy that is part of it is not repeated.
void add_remedy(std::vector<Fact>& facts, std::string remedy, std::string_view told) {
  std::string_view core = remedy;
  if (core.ends_with('.')) core.remove_suffix(1);
  if (told.find(core) == std::string_view::npos) facts.push_back({"Remedy", {std::move(remedy)}});
}

void add_last_error(std::vector<Fact>& facts, const rapidjson::Value& data,
                    std::string_view told = {}) {
  const auto* error = base::json_object(data, "last_error");
  if (error == nullptr) return;
  facts.push_back(
      {"Last failure",
       {fmt::format("{} ({})", text_of(*error, "message"), text_of(*error, "code")), Tone::bad}});
  facts.push_back({"Failed at", {time_text(text_of(*error, "at"))}});
  // Where a fix is told, it has this remedy in it, or a better one.
  if (told.empty()) add_remedy(facts, text_of(*error, "remedy"), told);
}

void add_warnings(std::vector<Fact>& facts, const rapidjson::Value& data,
                  std::string_view told = {}) {
  for_each_in(data, "warnings", [&](const rapidjson::Value& warning) {
    facts.push_back({"Warning",
                     {fmt::format("{} ({})", text_of(warning, "message"), text_of(warning, "code")),
                      Tone::bad}});
    add_remedy(facts, text_of(warning, "remedy"), told);
  });
}

std::string stderr_block(const rapidjson::Value& data, const Screen& screen) {
  const std::string lines = indented(data, "stderr_tail");
  if (lines.empty()) return {};
  return toned("Last lines of its stderr:", Tone::dim, screen) + "\n" + lines;
}

std::string launch_of(const rapidjson::Value& data) {
  std::string launch = text_of(data, "command");
  for_each_in(data, "args", [&](const rapidjson::Value& arg) {
    if (arg.IsString()) launch += " " + std::string(base::json_text(arg));
  });
  return launch;
}

}  // namespace

std::string render_servers(const rapidjson::Value& data, const Screen& screen) {
  const std::vector<Column> columns{{"NAME"},
                                    {"STATE"},
                                    {"TOOLS", true},
                                    {"MODE", false, 0, 2},
                                    {"GROUPS", false, 8, 3},
                                    {"PROBLEM", false, 16, 4}};
  std::vector<std::vector<Cell>> rows;
  for_each_in(data, "servers", [&](const rapidjson::Value& server) {
    const std::string state = text_of(server, "state");
    rows.push_back({{text_of(server, "name")},
                    {state, tone_of_state(state)},
                    {fmt::format("{}", number_of(server, "tool_count"))},
                    {text_of(server, "startup_mode")},
                    {list_of(server, "groups")},
                    {problem_of(server), Tone::dim}});
  });
  if (rows.empty()) return "no servers are configured\n";
  return render_table(columns, rows, screen) + state_counts(data);
}

// What runs beside the process that all clients share; empty when nothing does, nor may.
std::string instances_of(const rapidjson::Value& data) {
  const std::int64_t running = number_of(data, "instances");
  const bool asks = flag_of(data, "asks_client");
  if (running == 0 && !asks) return {};
  return fmt::format("{} for single clients{}", running,
                     asks ? ", because it asks in the middle of calls" : "");
}

std::string render_server(const rapidjson::Value& data, const Screen& screen) {
  const std::string state = text_of(data, "state");
  const std::int64_t pid = number_of(data, "pid");
  std::vector<Fact> facts{
      {"Name", {text_of(data, "name"), Tone::strong}},
      {"Description", {text_of(data, "description")}},
      {"State", {state, tone_of_state(state)}},
      {"Since", {time_text(text_of(data, "since"))}},
      {"Reason", {text_of(data, "reason")}},
      {"Mode", {mode_of(data)}},
      {"Groups", {list_of(data, "groups")}},
      {"Tags", {list_of(data, "tags")}},
      {"Tools", {fmt::format("{}", number_of(data, "tool_count"))}},
      {"Protocol", {text_of(data, "protocol")}},
      {"Command", {launch_of(data)}},
      {"Directory", {text_of(data, "working_dir")}},
      {"URL", {text_of(data, "url")}},
      {"Environment", {list_of(data, "env")}},
      {"Headers", {list_of(data, "headers")}},
      {"Process", {pid == 0 ? "" : fmt::format("{}", pid)}},
      {"Instances", {instances_of(data)}},
      {"Next try", {next_try_of(data)}},
  };
  if (const auto* info = base::json_object(data, "server_info")) {
    facts.push_back({"Server", {text_of(*info, "name") + " " + text_of(*info, "version")}});
  }
  facts.push_back({"Revision", {text_of(data, "protocol_revision")}});
  if (const auto* counts = base::json_object(data, "counters")) {
    facts.push_back(
        {"Calls",
         {fmt::format("{}, {} failed, {} in flight", number_of(*counts, "calls"),
                      number_of(*counts, "calls_failed"), number_of(*counts, "calls_in_flight"))}});
    facts.push_back({"Starts",
                     {fmt::format("{}, {} failures", number_of(*counts, "starts"),
                                  number_of(*counts, "failures"))}});
  }
  add_last_error(facts, data);
  add_warnings(facts, data);
  facts.push_back({"Log", {text_of(data, "log_path")}});
  return render_facts(facts, screen) + stderr_block(data, screen);
}

std::string render_why(const rapidjson::Value& data, const Screen& screen) {
  const std::string state = text_of(data, "state");
  const auto* why = base::json_object(data, "why");
  const std::int64_t failures = number_of(data, "consecutive_failures");
  std::vector<Fact> facts{
      {"Server", {text_of(data, "name"), Tone::strong}},
      {"State", {state, tone_of_state(state)}},
      {"Why", {why != nullptr ? text_of(*why, "summary") : text_of(data, "reason")}},
      {"Mode", {mode_of(data)}},
      {"Instances", {instances_of(data)}},
      {"Failures in a row",
       {failures == 0 ? ""
                      : fmt::format("{} (gives up at {})", failures,
                                    number_of(data, "auto_disable_threshold"))}},
  };
  const std::string fix = why != nullptr ? text_of(*why, "fix") : "";
  add_last_error(facts, data, fix);
  add_warnings(facts, data, fix);
  facts.push_back({"Next try", {next_try_of(data)}});
  add_fix(facts, fix);
  facts.push_back({"Log", {text_of(data, "log_path")}});
  return render_facts(facts, screen) + stderr_block(data, screen);
}

std::string render_log(const rapidjson::Value& data, const Screen&) {
  std::string text;
  for_each_in(data, "lines", [&](const rapidjson::Value& line) {
    if (line.IsString()) text += one_clean_line(base::json_text(line)) + "\n";
  });
  return text.empty() ? "the log is empty\n" : text;
}

std::string render_server_action(const rapidjson::Value& data, const Screen& screen) {
  const std::string state = text_of(data, "state");
  const std::string held_by = text_of(data, "held_by");
  std::string line = fmt::format("{}: {}{}, now {}", one_clean_line(text_of(data, "server")),
                                 text_of(data, "action"),
                                 flag_of(data, "changed") ? " done" : ": nothing to change",
                                 toned(state, tone_of_state(state), screen));
  if (!held_by.empty()) line += fmt::format(", held by {}", one_clean_line(held_by));
  line += "\n";
  for_each_in(data, "warnings", [&](const rapidjson::Value& warning) {
    line += fmt::format("warning: {}. {}\n", one_clean_line(text_of(warning, "message")),
                        one_clean_line(text_of(warning, "remedy")));
  });
  return line;
}

}  // namespace proxy::cli
