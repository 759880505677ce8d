// Finding tools among those of all servers, as agents and scripts do.
#include <fmt/format.h>

#include <array>

#include "base/json.h"
#include "e2e/scale/run.h"

namespace scale {
namespace {

constexpr Area kArea = Area::discovery;
constexpr double kFieldSearch = 2000;  // ms

constexpr std::array kQueries{
    "create an issue",       "search the web",          "read a file",
    "run a sql query",       "take a screenshot",       "send a message to a channel",
    "current time in tokyo", "generate an image",       "list kubernetes pods",
    "weather forecast",      "translate a text",        "stock price of a company",
    "summarize a web page",  "find a research paper",   "navigate a browser to a url",
    "add a row to a sheet",  "create a calendar event", "book a flight",
    "play a song",           "scan for vulnerabilities"};

std::vector<std::string> all_tool_ids(RestClient& rest) {
  std::vector<std::string> ids;
  std::string cursor;
  do {
    const auto answer =
        rest.get("tools?limit=500" +
                 (cursor.empty() ? "" : "&cursor=" + httplib::detail::encode_query_param(cursor)));
    const rapidjson::Value* tools = base::json_array(answer.data(), "tools");
    if (tools == nullptr) give_up("GET tools has no tools");
    for (const rapidjson::Value& tool : tools->GetArray()) {
      ids.emplace_back(base::json_string(tool, "id").value_or(""));
    }
    cursor = base::json_string(answer.data(), "next_cursor").value_or("");
  } while (!cursor.empty());
  return ids;
}

void measure_searches(Run& run, RunningDaemon& daemon) {
  Agent agent(daemon.port(), "/mcp");
  std::vector<double> by_agent, by_rest;
  for (int i = 0; i < run.times(50, 3); ++i) {
    for (const char* query : kQueries) {
      const Stopwatch watch;
      const bool found = !agent.find(query).empty();
      by_agent.push_back(watch.milliseconds());
      run.report.require(kArea, found, fmt::format("something is found for \"{}\"", query));
      const auto answer =
          daemon.rest().get("index/search?q=" + httplib::detail::encode_query_param(query));
      by_rest.push_back(answer.milliseconds);
    }
  }
  agent.close();
  run.report.add({kArea,
                  "an agent's search over all servers, p50",
                  "ms",
                  quantile(by_agent, 0.5),
                  kFieldSearch,
                  {}});
  run.report.add({kArea,
                  "an agent's search over all servers, p99",
                  "ms",
                  quantile(by_agent, 0.99),
                  kFieldSearch,
                  {}});
  run.report.add(
      {kArea, "a search over REST, p99", "ms", quantile(by_rest, 0.99), kFieldSearch, {}});
}

// A tool that is asked for by its own id is the first to come.
void measure_exact(Run& run, RunningDaemon& daemon, const std::vector<std::string>& ids) {
  Agent agent(daemon.port(), "/mcp");
  const auto step = static_cast<std::size_t>(run.times(4, 40));
  std::size_t asked = 0, first = 0;
  for (std::size_t i = 0; i < ids.size(); i += step) {
    const std::vector<std::string> found = agent.find(ids[i]);
    ++asked;
    if (!found.empty() && found.front() == ids[i]) ++first;
  }
  agent.close();
  run.report.add({kArea,
                  "tools not found first by their own id, share",
                  "%",
                  100.0 * static_cast<double>(asked - first) / static_cast<double>(asked),
                  {},
                  1});
}

}  // namespace

void measure_discovery(Run& run, RunningDaemon& daemon) {
  RestClient& rest = daemon.rest();
  const Stopwatch watch;
  const std::vector<std::string> ids = all_tool_ids(rest);
  run.report.add({kArea,
                  fmt::format("list all {} tools over REST", ids.size()),
                  "ms",
                  watch.milliseconds(),
                  kFieldSearch,
                  {}});
  std::int64_t known = 0;
  for (const auto& [name, server] : rest.servers()) known += server.tools;
  run.report.require(kArea, ids.size() >= 1500, "some 1,600 tools are searchable");
  run.report.require(kArea, static_cast<std::int64_t>(ids.size()) == known,
                     "every tool of every server is listed once");
  run.report.require(kArea, std::set<std::string>(ids.begin(), ids.end()).size() == ids.size(),
                     "no id stands twice");
  Agent agent(daemon.port(), "/mcp/all");
  run.report.require(kArea, agent.count_tools() == ids.size(),
                     "/mcp/all lists the same number of tools");
  agent.close();
  measure_searches(run, daemon);
  measure_exact(run, daemon, ids);
}

}  // namespace scale
