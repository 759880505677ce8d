#include "proxy/rest/tool_call.h"

#include <fmt/format.h>

#include <charconv>

#include "protocol/members.h"

namespace proxy::rest {
namespace {

constexpr std::string_view kShape = R"(send {"id":"server:tool","arguments":{...}})";
constexpr std::chrono::milliseconds kTimeoutMax = std::chrono::hours(24);

base::Error bad(std::string message) {
  return {base::ErrorCode::invalid_argument, std::move(message), std::string(kShape)};
}

std::optional<std::chrono::milliseconds> timeout_from(const protocol::JsonMember& member) {
  std::int64_t value = 0;
  const char* end = member.value.data() + member.value.size();
  const auto [rest, error] = std::from_chars(member.value.data(), end, value);
  if (error != std::errc{} || rest != end || value <= 0 || value > kTimeoutMax.count()) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(value);
}

// Nothing wrong: empty.
std::string take(ToolCall& call, const protocol::JsonMember& member) {
  using protocol::JsonKind;
  if (member.key_is("id") || member.key_is("name")) {
    if (member.kind != JsonKind::string) return "\"id\" is not a string";
    if (!call.id.empty()) return "the tool is named twice";
    call.id = member.text();
  } else if (member.key_is("arguments")) {
    if (member.kind != JsonKind::object) return "\"arguments\" is not an object";
    if (!call.arguments.empty()) return "\"arguments\" stands twice";
    call.arguments = member.value;
  } else if (member.key_is("timeout_ms")) {
    call.timeout = timeout_from(member);
    if (!call.timeout) return "\"timeout_ms\" is not a number of milliseconds up to a day";
  } else {
    return fmt::format("\"{}\" is not known here", protocol::unescape(member.raw_key));
  }
  return {};
}

}  // namespace

base::Result<ToolCall> tool_call_from(std::string_view body) {
  ToolCall call;
  std::string problem;
  const auto fault = protocol::for_each_member(body, [&](const protocol::JsonMember& member) {
    problem = take(call, member);
    return problem.empty();
  });
  if (!problem.empty()) return bad(std::move(problem));
  if (!protocol::ok(fault)) {
    return base::Error{
        base::ErrorCode::invalid_json,
        fmt::format("the body is no JSON object: {} at byte {}", fault.problem, fault.offset),
        std::string(kShape)};
  }
  const std::size_t colon = call.id.find(':');
  if (colon == 0 || colon == std::string::npos || colon + 1 == call.id.size()) {
    return bad(call.id.empty() ? "no tool is named" : fmt::format("\"{}\" is no tool id", call.id));
  }
  if (call.arguments.empty()) call.arguments = "{}";
  return call;
}

void call_tool(const Handling& h) {
  if (!h.query({})) return;
  auto call = tool_call_from(h.request.body());
  if (!call) return h.reply->error(call.error());
  auto running = h.service.call(*std::move(call),
                                [reply = h.reply](const base::Result<std::string_view>& result) {
                                  if (!result) return reply->error(result.error());
                                  reply->data(*result);
                                });
  h.reply->hold(std::move(running));
}

}  // namespace proxy::rest
