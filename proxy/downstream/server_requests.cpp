#include "proxy/downstream/server_requests.h"

#include <charconv>

#include "base/log.h"
#include "protocol/members.h"
#include "protocol/splice.h"
#include "proxy/downstream/notice_channel.h"

namespace proxy::downstream {
namespace {

using protocol::Method;
using protocol::RpcError;
using upstream::ServerRequestRef;

bool wants_url_mode(std::string_view params) {
  bool url = false;
  (void)protocol::for_each_member(params, [&](const protocol::JsonMember& member) {
    if (member.kind == protocol::JsonKind::string && member.key_is("mode")) {
      url = member.text() == "url";
    }
    return true;
  });
  return url;
}

bool may_be_asked(Method method) {
  return method == Method::sampling_create_message || method == Method::elicitation_create ||
         method == Method::roots_list;
}

bool can_be_asked(const protocol::ClientAbilities& client, Method method, std::string_view params) {
  if (method == Method::sampling_create_message) return client.sampling;
  if (method == Method::roots_list) return client.roots;
  return wants_url_mode(params) ? client.elicitation_url : client.elicitation;
}

// Ours are plain integers; 0 for anything else.
std::uint64_t id_from(std::string_view raw) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), id);
  return error == std::errc() && end == raw.data() + raw.size() ? id : 0;
}

RpcError internal(std::string message) {
  return {protocol::kInternalError, std::move(message), {}};
}

}  // namespace

ServerRequests::~ServerRequests() {
  for (auto& [id, question] : questions_) question.session.asking = nullptr;
}

bool ServerRequests::on_asked(const ServerRequestRef& request, upstream::CallerKey caller,
                              std::string_view method, std::string_view params) {
  const Method known = protocol::method_from(method);
  if (!may_be_asked(known) || caller == upstream::kNobody) return false;
  Session* session = callers_.find(caller);
  if (session == nullptr) {
    refuse(request, internal("The client that called is gone"));
    return true;
  }
  if (const auto refused = refusal(*session, known, params)) {
    refuse(request, *refused);
    return true;
  }
  const std::uint64_t id = ++last_id_;
  std::string message;
  protocol::append_request(message, id, method, params);
  if (!send(*session, request.upstream, message)) {
    refuse(request, internal("The client that called has no stream open on which it can be asked"));
    return true;
  }
  Question& question = questions_.try_emplace(id, *this, id, *session, request).first->second;
  question.in_call = calls_.has_calls(*session, request.upstream);
  session->asking = this;
  ++session->questions;
  runtime_.start(question.patience, kPatience);
  return true;
}

std::optional<RpcError> ServerRequests::refusal(const Session& session, Method method,
                                                std::string_view params) const {
  if (!can_be_asked(session.facts.abilities, method, params)) {
    return RpcError{protocol::kMethodNotFound,
                    fmt::format("The client that called does not support {}", to_string(method)),
                    {}};
  }
  if (session.questions >= kPerSessionMax) {
    return internal("The client that called has too many questions to answer already");
  }
  if (params.size() > kParamsBytesMax) {
    return internal(fmt::format("A question may have {} MiB", kParamsBytesMax >> 20));
  }
  return std::nullopt;
}

protocol::ClientAbilities ServerRequests::abilities_of(upstream::CallerKey caller) const {
  const Session* session = callers_.find(caller);
  if (session == nullptr) return {};
  protocol::ClientAbilities abilities = session->facts.abilities;
  abilities.roots_list_changed = false;  // their changes are not passed on
  return abilities;
}

// Within a call there if there is one, else beside all requests.
bool ServerRequests::send(Session& session, upstream::UpstreamId upstream,
                          std::string_view message) {
  if (calls_.notify(session, upstream, message)) return true;
  if (session.notices == nullptr) return false;
  session.notices->notify(message);
  return true;
}

void ServerRequests::refuse(const ServerRequestRef& request, const RpcError& error) {
  base::log::debug("relay", "a question of a server is not passed on: {}", error.message);
  std::string text;
  protocol::append_error_object(text, error);
  (void)fleet_.answer(request, /*is_error=*/true, text);
}

void ServerRequests::tell_withdrawn(const Question& question, std::string_view reason) {
  std::string message;
  protocol::append_cancelled(message, question.id, reason);
  (void)send(question.session, question.upstream, message);
}

ServerRequests::Questions::iterator ServerRequests::erase(Questions::iterator question) {
  Session& session = question->second.session;
  if (--session.questions == 0) session.asking = nullptr;
  return questions_.erase(question);
}

void ServerRequests::on_answer(const Session& session, const protocol::Envelope& answer) {
  const auto found = questions_.find(id_from(answer.id));
  if (found == questions_.end() || &found->second.session != &session) return;
  const bool is_error = answer.kind == protocol::MessageKind::error_response;
  (void)fleet_.answer(found->second.ref(), is_error, is_error ? answer.error : answer.result);
  erase(found);
}

void ServerRequests::on_over(const ServerRequestRef& request) {
  for (auto at = questions_.begin(); at != questions_.end();) {
    const Question& question = at->second;
    const bool meant = question.upstream == request.upstream &&
                       question.connection == request.session &&
                       question.instance == request.instance &&
                       (request.raw_id.empty() || question.raw_id == request.raw_id);
    if (meant) tell_withdrawn(question, "the server does not wait for the answer any more");
    at = meant ? erase(at) : std::next(at);
  }
}

void ServerRequests::on_calls_over(Session& session, upstream::UpstreamId upstream) {
  for (auto at = questions_.begin(); at != questions_.end();) {
    const Question& question = at->second;
    const bool moot =
        question.in_call && &question.session == &session && question.upstream == upstream;
    if (moot) {
      tell_withdrawn(question, "the call it belongs to is over");
      refuse(question.ref(), internal("The call it belongs to is over"));
    }
    at = moot ? erase(at) : std::next(at);
  }
}

void ServerRequests::forget(Session& session) {
  for (auto at = questions_.begin(); at != questions_.end();) {
    const bool moot = &at->second.session == &session;
    if (moot) refuse(at->second.ref(), internal("The client that was asked is gone"));
    at = moot ? erase(at) : std::next(at);
  }
}

void ServerRequests::on_patience_over(Question& question) {
  tell_withdrawn(question, "it was not answered in time");
  refuse(question.ref(), internal("The client did not answer in time"));
  erase(questions_.find(question.id));
}

}  // namespace proxy::downstream
