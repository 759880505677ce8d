#include "sim_transport.h"

#include <fmt/format.h>

#include <cassert>

#include "protocol/jsonrpc.h"
#include "protocol/splice.h"

namespace sim {

using protocol::Method;
using std::chrono::milliseconds;
using upstream::FailureKind;

SimTransport::SimTransport(base::Runtime runtime, ProcessTable& processes, std::uint32_t upstream,
                           std::uint64_t process, const Behaviour& behaviour)
    : runtime_(runtime),
      processes_(processes),
      upstream_(upstream),
      process_(process),
      behaviour_(behaviour) {}

SimTransport::~SimTransport() {
  release();
}

void SimTransport::release() {
  if (!alive_) return;
  alive_ = false;
  processes_.on_process_ended(upstream_, process_);
}

void SimTransport::start(upstream::TransportListener& listener) {
  assert(listener_ == nullptr);
  listener_ = &listener;
  alive_ = true;
  processes_.on_process_started(upstream_, process_);
  switch (behaviour_.start) {
    case StartKind::exit_at_once:
      return end_after(milliseconds(1), {FailureKind::exited, 1, "It exited with code 1", "", {}});
    case StartKind::spawn_failure:
      return end_after({}, {FailureKind::spawn_failed, 2, "It could not be spawned", "", {}});
    case StartKind::needs_login:
      return end_after(milliseconds(30), {FailureKind::auth_required, 401, "Log in", "", {}});
    case StartKind::foreign:
      say("HTTP/1.1 400 Bad Request", milliseconds(2));
      break;
    case StartKind::well:
    case StartKind::hang:
    case StartKind::hang_listing:
    case StartKind::refuse:
      break;
  }
  if (behaviour_.lives_for > base::Duration::zero()) {
    end_after(behaviour_.lives_for, {FailureKind::exited, 139, "It crashed", "", {}});
  }
}

void SimTransport::end_after(base::Duration delay, upstream::Failure failure) {
  ending_ = std::move(failure);
  runtime_.start(end_timer_, delay);
}

void SimTransport::on_end() {
  lines_.clear();
  release();
  listener_->on_closed(ending_);
}

void SimTransport::close() {
  if (closing_ || !alive_) return;
  closing_ = true;
  end_after(behaviour_.close_takes, {FailureKind::exited, 0, "It was stopped", "", {"bye"}});
}

void SimTransport::die() {
  if (alive_ && !closing_) end_after({}, {FailureKind::network, 0, "The connection broke", "", {}});
}

base::Duration SimTransport::answer_time() {
  const auto most = std::chrono::duration_cast<milliseconds>(behaviour_.answer_takes_max).count();
  return milliseconds(runtime_.random.below(static_cast<std::uint64_t>(most) + 1));
}

void SimTransport::say(std::string bytes, base::Duration after) {
  Line& line = lines_.emplace_back(*this, std::move(bytes), false);
  runtime_.start(line.timer, after);
}

void SimTransport::say_oversized(std::string_view id, base::Duration after) {
  Line& line = lines_.emplace_back(*this, std::string(id), true);
  runtime_.start(line.timer, after);
}

void SimTransport::deliver(Line& line) {
  std::list<Line> arrived;
  for (auto it = lines_.begin(); it != lines_.end(); ++it) {
    if (&*it != &line) continue;
    arrived.splice(arrived.begin(), lines_, it);
    break;
  }
  if (line.oversized) return listener_->on_oversized(line.bytes);
  listener_->on_message(line.bytes);
}

bool SimTransport::send(const upstream::Outgoing& message) {
  assert(alive_ && !closing_);
  if (is_deaf()) return false;
  const protocol::Scanned scanned = protocol::scan(message.bytes);
  assert(scanned.ok());  // whatever leaves us is valid
  assert(message.bytes.find('\n') == std::string_view::npos);
  const bool is_answer = scanned->kind == protocol::MessageKind::response ||
                         scanned->kind == protocol::MessageKind::error_response;
  if (is_answer && open_questions_.erase(std::string(scanned->id)) == 0) {
    processes_.on_stray_answer(process_);
  }
  if (scanned->kind != protocol::MessageKind::request) return true;
  misbehave();
  switch (scanned->method) {
    case Method::initialize:
      answer_initialize(*scanned);
      break;
    case Method::tools_list:
      answer_list(*scanned);
      break;
    case Method::tools_call:
      answer_call(*scanned);
      break;
    default:
      answer(*scanned, "{}");
      break;
  }
  return true;
}

// Noise of its own accord, beside the answer.
void SimTransport::misbehave() {
  if (chance(behaviour_.garbage_lines)) say("npm WARN deprecated", answer_time());
  if (chance(behaviour_.garbage_lines)) say(R"({"jsonrpc":"2.0","id":987654,"result":{}})", {});
  if (!listed_) return;
  if (behaviour_.changes_lists && chance(0.3)) {
    say(R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})", answer_time());
  }
}

// Sometimes it does not wait for the answer.
void SimTransport::ask_client() {
  const std::string id = std::to_string(++asked_);
  const base::Duration after = answer_time();
  open_questions_.insert(id);
  say(fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{{"process":{}}}}})", id,
                  chance(0.8) ? "elicitation/create" : "roots/list", process_),
      after);
  if (!chance(0.1)) return;
  say(fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/cancelled",)"
                  R"("params":{{"requestId":{}}}}})",
                  id),
      after + answer_time());
}

// Of the call, maybe long behind its end.
void SimTransport::log_later(std::string_view arguments) {
  say(fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/message",)"
                  R"("params":{{"process":{},"call":{}}}}})",
                  process_, arguments),
      answer_time() * (chance(0.5) ? 1 : 50));
}

void SimTransport::answer(const protocol::Envelope& request, std::string_view result) {
  if (behaviour_.deaf && listed_) return;
  if (chance(behaviour_.answers_lost)) return;
  if (chance(behaviour_.answers_oversized)) return say_oversized(request.id, answer_time());
  std::string bytes;
  protocol::append_response(bytes, request.id, result);
  if (chance(behaviour_.answers_damaged)) bytes.resize(bytes.size() / 2);
  if (chance(behaviour_.answers_doubled)) say(bytes, answer_time());
  say(std::move(bytes), answer_time());
}

void SimTransport::answer_initialize(const protocol::Envelope& request) {
  if (behaviour_.start == StartKind::hang) return;
  std::string bytes;
  if (behaviour_.start == StartKind::refuse) {
    protocol::append_error_response(bytes, request.id,
                                    protocol::RpcError{protocol::kInternalError, "no", ""});
  } else if (behaviour_.start == StartKind::foreign) {
    protocol::append_response(bytes, request.id, R"({"hello":"world"})");
  } else {
    protocol::append_response(
        bytes, request.id,
        R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{"listChanged":true}}})");
  }
  say(std::move(bytes), behaviour_.handshake_takes);
}

void SimTransport::answer_list(const protocol::Envelope& request) {
  if (behaviour_.start == StartKind::hang_listing) return;
  if (!request.cursor.present && chance(0.3)) {
    return answer(request, R"({"tools":[{"name":"a"}],"nextCursor":"two"})");
  }
  // Now these, now those.
  std::string tools = R"({"tools":[{"name":"echo"})";
  for (const char* name : {"read", "write", "find"}) {
    if (chance(0.5)) tools += fmt::format(R"(,{{"name":"{}"}})", name);
  }
  answer(request, tools + "]}");
  listed_ = true;
}

// The arguments come back: so an answer that reaches the wrong caller shows.
void SimTransport::answer_call(const protocol::Envelope& request) {
  processes_.on_call_heard(process_, request.arguments);
  if (behaviour_.asks_client && chance(0.5)) ask_client();
  if (chance(0.2)) log_later(request.arguments);
  if (chance(behaviour_.calls_crash)) {
    return end_after({}, {FailureKind::exited, 134, "It crashed in a call", "", {}});
  }
  if (!request.progress_token.empty() && chance(0.5)) {
    say(R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":)" +
            std::string(request.progress_token) + R"(,"progress":1}})",
        answer_time());
  }
  answer(request, request.arguments);
}

}  // namespace sim
