#include "proxy/downstream/call_table.h"

#include <cassert>
#include <memory>

#include "base/reused_buffer.h"
#include "protocol/messages.h"
#include "protocol/splice.h"
#include "proxy/downstream/notice_channel.h"
#include "proxy/downstream/rpc_errors.h"
#include "proxy/downstream/server_requests.h"
#include "proxy/downstream/told_error.h"
#include "proxy/tools/tool_result.h"

namespace proxy::downstream {

using upstream::CallTag;

CallTable::~CallTable() {
  assert(in_flight_ == 0);
}

CallTag CallTable::tag_of(const PendingCall& call) {
  return (CallTag{call.generation_} << 32) | call.index_;
}

PendingCall& CallTable::take_row() {
  std::uint32_t index = 0;
  if (free_.empty()) {
    index = static_cast<std::uint32_t>(rows_.size());
    rows_.emplace_back().index_ = index;
  } else {
    index = free_.back();
    free_.pop_back();
  }
  PendingCall& call = rows_[index];
  ++call.generation_;
  ++in_flight_;
  return call;
}

void CallTable::release(PendingCall& call) {
  if (is_tool_call(call)) --counters_.in_flight;
  (call.previous_ != nullptr ? call.previous_->next_ : call.session_->calls) = call.next_;
  if (call.next_ != nullptr) call.next_->previous_ = call.previous_;
  --call.session_->calls_in_flight;
  call.previous_ = call.next_ = nullptr;
  call.session_ = nullptr;
  call.reply_ = Reply();
  ++call.generation_;
  --in_flight_;
  free_.push_back(call.index_);
}

PendingCall* CallTable::find(CallTag tag) {
  PendingCall& call = rows_[tag & 0xFFFF'FFFF];
  return call.generation_ == tag >> 32 ? &call : nullptr;
}

// Newest first.
void CallTable::enlist(PendingCall& call, Session& session, upstream::UpstreamId upstream) {
  call.session_ = &session;
  call.next_ = session.calls;
  if (session.calls != nullptr) session.calls->previous_ = &call;
  session.calls = &call;
  ++session.calls_in_flight;
  call.handle_.upstream = upstream;
}

void CallTable::refuse(const Session& session, Reply& reply, std::string_view id, CallStyle style,
                       const base::Error& failure) {
  const base::Error error = told_error(failure, session.facts.principal);
  if (style.form == CallForm::request) {
    reply.error(id, rpc_error(error));
  } else {
    reply.result(id, tools::error_result(error));
  }
}

void CallTable::start(Session& session, Reply reply, std::string_view id, CallStyle style,
                      upstream::UpstreamId upstream, upstream::CallSpec spec) {
  if (in_flight_ >= kCallsMax) {
    refuse(session, reply, id, style,
           {base::ErrorCode::overloaded, "mcptrunk has too many calls in flight",
            "try again in a moment"});
    return;
  }
  PendingCall& call = take_row();
  call.reply_ = std::move(reply);
  call.id_.assign(id);
  call.style_ = style;
  call.tool_.assign(style.form == CallForm::request ? std::string_view() : spec.name);
  call.started_ = clock_.now();
  enlist(call, session, upstream);
  if (is_tool_call(call)) {
    ++counters_.started;
    ++counters_.in_flight;
  }

  spec.caller = callers_.key_of(session);
  spec.tag = tag_of(call);
  spec.sink = this;
  auto accepted = fleet_.call(upstream, spec);
  if (accepted) {
    call.handle_ = *accepted;
    return;
  }
  if (is_tool_call(call)) ++counters_.failed;
  tell(call, events::CallOutcome::failed, 0, accepted.error().code);
  refuse(session, call.reply_, call.id_, style, accepted.error());
  release(call);
}

void CallTable::on_result(CallTag tag, std::string_view result, const protocol::Envelope& message) {
  PendingCall* call = find(tag);
  if (call == nullptr) return;
  tell(*call, message.result_is_error ? events::CallOutcome::tool_error : events::CallOutcome::ok,
       result.size());
  const base::ReusedBuffer emptied(scratch_);
  if (call->style_.links) {
    const auto shown = [this, upstream = call->handle_.upstream](std::string_view uri) {
      return catalog_.shown_uri(upstream, uri);
    };
    if (protocol::append_relinked(scratch_, *call->style_.links, result, shown)) result = scratch_;
  }
  if (call->style_.form == CallForm::by_meta_tool && results_.concerns(result.size())) {
    fit_result(*call, result);
    return;
  }
  call->reply_.result(call->id_, result);
  release(*call);
}

// The call is over before it is answered: what is shortened on a worker cannot be cancelled.
void CallTable::fit_result(PendingCall& call, std::string_view result) {
  const auto view = fleet_.view(call.handle_.upstream);
  tools::ResultCache::Origin origin{caller_of(*call.session_), view ? view->spec->name : "",
                                    call.tool_};
  const auto reply = std::make_shared<Reply>(std::move(call.reply_));
  std::string id = call.id_;
  release(call);
  results_.fit(std::move(origin), result, [reply, id = std::move(id)](std::string_view fitting) {
    reply->result(id, fitting);
  });
}

void CallTable::on_error(CallTag tag, std::string_view error, const protocol::Envelope& message) {
  PendingCall* call = find(tag);
  if (call == nullptr) return;
  tell(*call, events::CallOutcome::failed, error.size(), base::ErrorCode::protocol_error);
  if (call->style_.joined && message.error_code == protocol::kMethodNotFound) {
    protocol::RpcError named = protocol::read_error(message);
    const auto view = fleet_.view(call->handle_.upstream);
    named.message = fmt::format("server {}: {}", view ? view->spec->name : "", named.message);
    call->reply_.error(call->id_, named);
  } else if (call->style_.form != CallForm::by_meta_tool) {
    call->reply_.raw_error(call->id_, error);
  } else {
    const protocol::RpcError read = protocol::read_error(message);
    const base::ReusedBuffer emptied(scratch_);
    protocol::append_text_result(
        scratch_, fmt::format("the server answered with error {}: {}", read.code, read.message),
        /*is_error=*/true);
    call->reply_.result(call->id_, scratch_);
  }
  release(*call);
}

void CallTable::on_progress(CallTag tag, const protocol::Envelope& message,
                            std::string_view token) {
  PendingCall* call = find(tag);
  if (call == nullptr) return;
  const base::ReusedBuffer emptied(scratch_);
  protocol::append_progress(scratch_, message, token);
  call->reply_.notify(scratch_);
}

void CallTable::on_failed(CallTag tag, const base::Error& error) {
  PendingCall* call = find(tag);
  if (call == nullptr) return;
  if (is_tool_call(*call)) ++counters_.failed;
  tell(*call, events::CallOutcome::failed, 0, error.code);
  refuse(*call->session_, call->reply_, call->id_, call->style_, error);
  release(*call);
}

void CallTable::relay_log(upstream::UpstreamId upstream, upstream::CallerKey client,
                          protocol::LogLevel level, std::string_view params) {
  const Session* session = callers_.find(client);
  if (session == nullptr || (session->log_level && level < *session->log_level)) return;
  const base::ReusedBuffer emptied(scratch_);
  protocol::append_notification(scratch_, to_string(protocol::Method::message), params);
  if (notify(*session, upstream, scratch_) || session->notices == nullptr) return;
  session->notices->notify(scratch_);
}

bool CallTable::has_calls(const Session& session, upstream::UpstreamId upstream) const {
  for (const PendingCall* call = session.calls; call != nullptr; call = call->next_) {
    if (call->handle_.upstream == upstream) return true;
  }
  return false;
}

bool CallTable::notify(const Session& session, upstream::UpstreamId upstream,
                       std::string_view message) {
  for (PendingCall* call = session.calls; call != nullptr; call = call->next_) {
    if (call->handle_.upstream != upstream || !call->reply_.can_notify()) continue;
    call->reply_.notify(message);
    return true;
  }
  return false;
}

void CallTable::withdraw_questions(const PendingCall& ending) {
  Session& session = *ending.session_;
  if (session.asking == nullptr) return;
  for (const PendingCall* call = session.calls; call != nullptr; call = call->next_) {
    if (call != &ending && call->handle_.upstream == ending.handle_.upstream) return;
  }
  session.asking->on_calls_over(session, ending.handle_.upstream);
}

void CallTable::abort(PendingCall& call) {
  fleet_.cancel(call.handle_);
  tell(call, events::CallOutcome::cancelled, 0);
  call.reply_.abandon();
  release(call);
}

void CallTable::tell(const PendingCall& call, events::CallOutcome outcome,
                     std::uint64_t result_bytes, std::optional<base::ErrorCode> error) {
  withdraw_questions(call);
  const auto view = fleet_.view(call.handle_.upstream);
  if (!is_tool_call(call) || !view) return;
  activity::CallEnd end;
  end.upstream = call.handle_.upstream;
  end.server = view->spec->name;
  end.tool = call.tool_;
  end.actor = to_string(call.session_->facts.principal);
  end.outcome = outcome;
  end.error = error;
  end.duration =
      std::chrono::duration_cast<std::chrono::microseconds>(clock_.now() - call.started_);
  end.result_bytes = result_bytes;
  observer_.call_ended(end);
}

void CallTable::cancel(Session& session, std::string_view id) {
  for (PendingCall* call = session.calls; call != nullptr; call = call->next_) {
    if (call->id_ == id) {
      abort(*call);
      return;
    }
  }
}

void CallTable::cancel_all(Session& session) {
  while (session.calls != nullptr) abort(*session.calls);
}

}  // namespace proxy::downstream
