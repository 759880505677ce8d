#include "e2e/bench/call_text.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace bench {
namespace {

constexpr std::string_view kRevision = "2025-06-18";

void write_id(char* at, std::uint64_t id) {
  std::to_chars(at, at + kIdDigits, id);
}

std::string with_body(std::string head, std::string_view body) {
  return std::move(head) + fmt::format("Content-Length: {}\r\n\r\n{}", body.size(), body);
}

}  // namespace

std::vector<CallTail> call_tails(const LoadPlan& plan) {
  std::vector<CallTail> tails;
  for (const std::string& tool : plan.tools) {
    const std::string body = fmt::format(
        R"({{"jsonrpc":"2.0","id":{},"method":"tools/call","params":{{"name":"{}","arguments":{}}}}})",
        kFirstId, tool, plan.arguments);
    CallTail tail{.text = with_body("", body)};
    tail.id_at = tail.text.find(R"("id":)") + 5;
    tails.push_back(std::move(tail));
  }
  return tails;
}

std::string call_head(const LoadPlan& plan, std::string_view session_id) {
  std::string head = fmt::format(
      "POST {} HTTP/1.1\r\nHost: {}:{}\r\nContent-Type: application/json\r\n"
      "Accept: application/json, text/event-stream\r\n",
      plan.path, plan.host, plan.port);
  if (!plan.api_key.empty()) head += fmt::format("X-API-Key: {}\r\n", plan.api_key);
  if (!session_id.empty()) {
    head +=
        fmt::format("Mcp-Session-Id: {}\r\nMCP-Protocol-Version: {}\r\n", session_id, kRevision);
  }
  return head;
}

std::string stream_request(const LoadPlan& plan) {
  std::string head = fmt::format("GET {} HTTP/1.1\r\nHost: {}:{}\r\nAccept: text/event-stream\r\n",
                                 plan.path, plan.host, plan.port);
  if (!plan.api_key.empty()) head += fmt::format("X-API-Key: {}\r\n", plan.api_key);
  return head + "\r\n";
}

std::string initialize_request(const LoadPlan& plan) {
  return with_body(call_head(plan, ""),
                   fmt::format(R"({{"jsonrpc":"2.0","id":1,"method":"initialize","params":)"
                               R"({{"protocolVersion":"{}","capabilities":{{}},"clientInfo":)"
                               R"({{"name":"load","version":"1"}}}}}})",
                               kRevision));
}

std::string initialized_request(const LoadPlan& plan, std::string_view session_id) {
  return with_body(call_head(plan, session_id),
                   R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
}

void write_call(std::string& out, std::string_view head, const CallTail& tail, std::uint64_t id) {
  out.assign(head);
  out.append(tail.text);
  write_id(out.data() + head.size() + tail.id_at, id);
}

std::string_view fault_of(std::string_view body, std::uint64_t id) {
  constexpr std::string_view kId = R"("id":)";
  std::array<char, kId.size() + kIdDigits> wanted;
  kId.copy(wanted.data(), kId.size());
  write_id(wanted.data() + kId.size(), id);
  if (body.find(std::string_view(wanted.data(), wanted.size())) == std::string_view::npos) {
    return "the answer has another id";
  }
  if (body.find(R"("result")") == std::string_view::npos) return "the answer has no result";
  if (body.find(R"("isError":true)") != std::string_view::npos) return "the tool reported an error";
  return {};
}

}  // namespace bench
