#include "proxy/daemon/admin_calls.h"

#include "protocol/messages.h"

namespace proxy::daemon {

class AdminCalls::Handle final : public rest::RunningCall {
 public:
  Handle(AdminCalls& calls, upstream::CallTag tag) : calls_(calls), tag_(tag) {}
  ~Handle() override {
    const auto found = calls_.running_.find(tag_);
    if (found == calls_.running_.end()) return;
    calls_.fleet_.cancel(found->second.handle);
    calls_.end(found->second, events::CallOutcome::cancelled, std::string_view());
    calls_.running_.erase(found);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

 private:
  AdminCalls& calls_;
  upstream::CallTag tag_;
};

std::unique_ptr<rest::RunningCall> AdminCalls::start(upstream::UpstreamId upstream,
                                                     std::string_view tool,
                                                     const rest::ToolCall& call, Answer answer) {
  upstream::CallSpec spec;
  spec.method = protocol::to_string(protocol::Method::tools_call);
  spec.name = tool;
  spec.arguments = call.arguments;
  if (call.timeout) spec.deadline = *call.timeout;
  spec.tag = ++last_tag_;
  spec.sink = this;
  const auto accepted = fleet_.call(upstream, spec);
  Running running{std::move(answer), {}, std::string(tool), clock_.now()};
  running.handle.upstream = upstream;
  ++counters_.started;
  ++counters_.in_flight;
  if (!accepted) {
    ++counters_.failed;
    end(running, events::CallOutcome::failed, accepted.error());
    running.answer(accepted.error());
    return nullptr;
  }
  running.handle = *accepted;
  running_.emplace(spec.tag, std::move(running));
  return std::make_unique<Handle>(*this, spec.tag);
}

void AdminCalls::end(const Running& call, events::CallOutcome outcome,
                     const base::Result<std::string_view>& answer) {
  --counters_.in_flight;
  const auto view = fleet_.view(call.handle.upstream);
  if (!view) return;
  activity::CallEnd told;
  told.server = view->spec->name;
  told.upstream = call.handle.upstream;
  told.tool = call.tool;
  told.actor = "rest";
  told.outcome = outcome;
  if (!answer) told.error = answer.error().code;
  told.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.now() - call.started);
  told.result_bytes = answer ? answer->size() : 0;
  observer_.call_ended(told);
}

void AdminCalls::finish(upstream::CallTag tag, events::CallOutcome outcome,
                        base::Result<std::string_view> answer) {
  auto node = running_.extract(tag);
  if (node.empty()) return;
  end(node.mapped(), outcome, answer);
  node.mapped().answer(std::move(answer));
}

void AdminCalls::on_result(upstream::CallTag tag, std::string_view result,
                           const protocol::Envelope& message) {
  finish(tag, message.result_is_error ? events::CallOutcome::tool_error : events::CallOutcome::ok,
         result);
}

void AdminCalls::on_error(upstream::CallTag tag, std::string_view,
                          const protocol::Envelope& message) {
  const protocol::RpcError error = protocol::read_error(message);
  finish(
      tag, events::CallOutcome::failed,
      base::Error{base::ErrorCode::protocol_error,
                  fmt::format("the server answered with error {}: {}", error.code, error.message),
                  "check the tool's name and arguments"});
}

void AdminCalls::on_failed(upstream::CallTag tag, const base::Error& error) {
  ++counters_.failed;
  finish(tag, events::CallOutcome::failed, error);
}

}  // namespace proxy::daemon
