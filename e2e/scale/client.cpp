#include "e2e/scale/client.h"

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/json.h"

namespace scale {
namespace {

constexpr std::chrono::milliseconds kLookAgain(2);
constexpr time_t kPatienceSeconds = 120;

std::string json_string_of(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

// Names hold nothing worse than spaces.
std::string escaped(const std::string& path) {
  std::string out;
  for (const char c : path) out += c == ' ' ? "%20" : std::string(1, c);
  return out;
}

}  // namespace

void give_up(const std::string& why) {
  fmt::print(stderr, "production_scale: {}\n", why);
  std::exit(1);
}

RestClient::RestClient(std::uint16_t port, const std::string& key)
    : port_(port), client_("127.0.0.1", port), headers_{{"X-API-Key", key}} {
  client_.set_keep_alive(true);
  client_.set_tcp_nodelay(true);
  client_.set_read_timeout(kPatienceSeconds);
  client_.set_default_headers(headers_);
}

RestClient::Answer RestClient::read(const httplib::Result& result, const std::string& path,
                                    const Stopwatch& watch) const {
  Answer answer;
  answer.milliseconds = watch.milliseconds();
  if (!result) give_up(fmt::format("nobody answers {}: {}", path, to_string(result.error())));
  answer.status = result->status;
  if (answer.document.Parse(result->body.data(), result->body.size()).HasParseError() ||
      !answer.document.IsObject()) {
    give_up(fmt::format("{} answers no JSON: {}", path, result->body.substr(0, 200)));
  }
  if (!answer.document.HasMember("data")) {
    answer.document.AddMember("data", rapidjson::Value(rapidjson::kObjectType),
                              answer.document.GetAllocator());
  }
  return answer;
}

RestClient::Answer RestClient::get(const std::string& path) {
  const Stopwatch watch;
  return read(client_.Get(escaped("/api/v1/" + path)), path, watch);
}

RestClient::Answer RestClient::post(const std::string& path, const std::string& body) {
  const Stopwatch watch;
  return read(client_.Post(escaped("/api/v1/" + path), body, "application/json"), path, watch);
}

void RestClient::post_and_forget(const std::string& path) {
  httplib::Client once("127.0.0.1", port_);
  once.set_read_timeout(std::chrono::milliseconds(1));
  (void)once.Post(escaped("/api/v1/" + path), headers_, "", "application/json");
}

Servers RestClient::servers() {
  const Answer answer = get("servers");
  const rapidjson::Value* rows = base::json_array(answer.data(), "servers");
  if (rows == nullptr) give_up("GET servers has no servers");
  Servers servers;
  for (const rapidjson::Value& row : rows->GetArray()) {
    Server& server = servers[std::string(base::json_string(row, "name").value_or(""))];
    server.mode = base::json_string(row, "startup_mode").value_or("");
    server.state = base::json_string(row, "state").value_or("");
    server.tools = base::json_int(row, "tool_count").value_or(0);
    server.pid = base::json_int(row, "pid").value_or(0);
  }
  return servers;
}

bool RestClient::wait_for(const std::function<bool(const Servers&)>& wanted,
                          std::chrono::seconds patience) {
  const Stopwatch watch;
  while (!wanted(servers())) {
    if (watch.milliseconds() > 1000.0 * static_cast<double>(patience.count())) return false;
    std::this_thread::sleep_for(kLookAgain);
  }
  return true;
}

Agent::Agent(std::uint16_t port, const std::string& path)
    : client_("127.0.0.1", port),
      headers_{{"Accept", "application/json, text/event-stream"}},
      path_(path) {
  client_.set_keep_alive(true);
  client_.set_tcp_nodelay(true);
  client_.set_read_timeout(kPatienceSeconds);
  const auto answer = client_.Post(
      path_, headers_,
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",)"
      R"("capabilities":{},"clientInfo":{"name":"production_scale","version":"1"}}})",
      "application/json");
  if (!answer || answer->status != 200) give_up("initialize was refused at " + path_);
  headers_.emplace("Mcp-Session-Id", answer->get_header_value("Mcp-Session-Id"));
}

void Agent::close() {
  (void)client_.Delete(path_, headers_);
}

rapidjson::Document Agent::request(const std::string& method, const std::string& params) {
  const std::string body = fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})",
                                       ++ids_, method, params);
  const auto answer = client_.Post(path_, headers_, body, "application/json");
  if (!answer) give_up(fmt::format("nobody answers {}: {}", method, to_string(answer.error())));
  rapidjson::Document document;
  if (document.Parse(answer->body.data(), answer->body.size()).HasParseError()) {
    give_up(method + " was answered with no JSON: " + answer->body.substr(0, 200));
  }
  return document;
}

std::vector<std::string> Agent::find(const std::string& query) {
  const rapidjson::Document answer =
      request("tools/call",
              fmt::format(R"({{"name":"retrieve_tools","arguments":{{"query":{},"limit":20}}}})",
                          json_string_of(query)));
  std::vector<std::string> ids;
  const rapidjson::Value* result = base::json_object(answer, "result");
  const rapidjson::Value* content =
      result == nullptr ? nullptr : base::json_array(*result, "content");
  if (content == nullptr || content->Empty()) return ids;
  const auto text = base::json_string((*content)[0], "text");
  rapidjson::Document found;
  if (!text || found.Parse(text->data(), text->size()).HasParseError()) return ids;
  const rapidjson::Value* tools = base::json_array(found, "tools");
  if (tools == nullptr) return ids;
  for (const rapidjson::Value& tool : tools->GetArray()) {
    ids.emplace_back(base::json_string(tool, "id").value_or(""));
  }
  return ids;
}

bool Agent::call(const std::string& id) {
  const rapidjson::Document answer =
      request("tools/call",
              fmt::format(R"({{"name":"call_tool","arguments":{{"id":{},"arguments":{{}}}}}})",
                          json_string_of(id)));
  const rapidjson::Value* result = base::json_object(answer, "result");
  return result != nullptr && !base::json_bool(*result, "isError").value_or(false);
}

std::size_t Agent::count_tools() {
  std::size_t count = 0;
  std::string params = "{}";
  while (true) {
    const rapidjson::Document answer = request("tools/list", params);
    const rapidjson::Value* result = base::json_object(answer, "result");
    const rapidjson::Value* tools =
        result == nullptr ? nullptr : base::json_array(*result, "tools");
    if (tools == nullptr) return count;
    count += tools->Size();
    const auto cursor = base::json_string(*result, "nextCursor");
    if (!cursor) return count;
    params = fmt::format(R"({{"cursor":{}}})", json_string_of(*cursor));
  }
}

}  // namespace scale
