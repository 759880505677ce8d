#include "upstream/http/answer_verdict.h"

#include <utility>

#include "net/retry_after.h"
#include "upstream/http/http_failure.h"

namespace upstream {
namespace {

// What a busy server is spared when it names no time.
constexpr base::Duration kBusyDefault = std::chrono::seconds(5);

Judgement failed(Failure failure) {
  return {AnswerVerdict::failed, std::move(failure), std::nullopt, false};
}

Judgement judge_fault(const Asked& asked, const HttpEnd& end) {
  switch (end.fault) {
    case HttpFault::too_large:
      return {AnswerVerdict::oversized, fault_failure(asked.at, end), std::nullopt, false};
    case HttpFault::unresolved:
    case HttpFault::refused:
    case HttpFault::connect_timeout:
    case HttpFault::tls:
      return {AnswerVerdict::unreachable, fault_failure(asked.at, end), std::nullopt, false};
    case HttpFault::none:
    case HttpFault::cut:
    case HttpFault::internal:
      break;
  }
  return failed(fault_failure(asked.at, end));
}

// A stream carries many things; only the answer, when one is due, is missed.
Judgement judge_stream(const Asked& asked, const HttpEnd& end) {
  if (end.answered || !asked.expects_answer) return {AnswerVerdict::over, {}, std::nullopt, false};
  if (!end.last_event_id.empty()) return {AnswerVerdict::resume, {}, std::nullopt, false};
  return failed(stream_ended_failure(asked.at));
}

// The message must arrive unchanged, so 303 (go and GET something else) is none for a POST.
Judgement judge_redirect(const Asked& asked, const HttpEnd& end) {
  const int status = end.head.status;
  const auto target = resolve_url(asked.at, end.head.location);
  const bool keeps_message = status != 303 || asked.method == HttpMethod::get;
  if (end.head.location.empty() || !target || !same_origin(*target, asked.at) || !keeps_message) {
    return failed(foreign_redirect_failure(asked.at, end));
  }
  return {AnswerVerdict::redirect, {}, *target, status == 301 || status == 308};
}

Judgement judge_error(const Asked& asked, const HttpEnd& end, base::WallTime now) {
  const int status = end.head.status;
  Failure failure = status_failure(asked.at, asked.method, end);
  if (status == 404 && asked.named_session) {
    return {AnswerVerdict::session_lost, std::move(failure), std::nullopt, false};
  }
  if (failure.kind == FailureKind::auth_required) {
    return {AnswerVerdict::login, std::move(failure), std::nullopt, false};
  }
  if (status == 429 || status == 503) {
    failure.retry_after = net::parse_retry_after(end.head.retry_after, now).value_or(kBusyDefault);
    return {AnswerVerdict::busy, std::move(failure), std::nullopt, false};
  }
  if (end.answered) return {AnswerVerdict::deliver, {}, std::nullopt, false};
  return failed(std::move(failure));
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

Judgement judge(const Asked& asked, const HttpEnd& end, base::WallTime now) {
  const bool broke_off = end.fault == HttpFault::cut && end.streamed;
  if (end.fault != HttpFault::none && !broke_off) return judge_fault(asked, end);
  if (end.streamed) return judge_stream(asked, end);
  if (is_redirect(end.head.status)) return judge_redirect(asked, end);
  if (end.head.status < 200 || end.head.status >= 300) return judge_error(asked, end, now);
  if (!asked.expects_answer) return {AnswerVerdict::over, {}, std::nullopt, false};
  if (end.answered) return {AnswerVerdict::deliver, {}, std::nullopt, false};
  return failed(foreign_answer_failure(asked.at, end));
}

}  // namespace upstream
