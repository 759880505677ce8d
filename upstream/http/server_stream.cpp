#include "upstream/http/server_stream.h"

#include <utility>

namespace upstream {
namespace {

// What a server without a stream answers; anything else may be better next time.
bool means_no_stream(const HttpEnd& end) {
  switch (end.head.status) {
    case 400:
    case 404:
    case 405:
    case 406:
    case 501:
      return true;
    default:
      return end.fault == HttpFault::none && end.head.status >= 200 && end.head.status < 400 &&
             !end.streamed;
  }
}

}  // namespace

void ServerStream::open() {
  stop();
  at_ = owner_.endpoint();
  last_event_id_.clear();
  redirects_ = 0;
  refused_ = false;
  dial();
}

void ServerStream::stop() {
  exchange_.reset();
  timer_.cancel();
}

void ServerStream::dial() {
  HttpRequest request;
  request.method = HttpMethod::get;
  request.lane = HttpLane::stream;
  request.target = at_.target;
  request.headers = stream_headers(last_event_id_);
  named_session_ = false;
  for (HttpHeader& header : owner_.session_headers()) {
    named_session_ |= header.name == "Mcp-Session-Id";
    request.headers.push_back(std::move(header));
  }
  heard_ = false;
  exchange_ = client_.begin(std::move(request), *this);
}

void ServerStream::on_event(const protocol::SseEvent& event) {
  heard_ = true;
  owner_.on_stream_event(event);
}

void ServerStream::wait(const HttpEnd& end) {
  if (!end.last_event_id.empty()) last_event_id_ = end.last_event_id;
  const bool useful = heard_ || end.retry.has_value();
  runtime_.start(timer_, plan_.note_end(useful, end.retry, runtime_.random.unit()));
}

void ServerStream::on_end(HttpEnd end) {
  exchange_.reset();
  Judgement judgement =
      judge({HttpMethod::get, at_, false, named_session_}, end, runtime_.clock.wall_now());
  switch (judgement.verdict) {
    case AnswerVerdict::session_lost:
    case AnswerVerdict::login:
    case AnswerVerdict::unreachable:
      return owner_.on_stream_failed(std::move(judgement));
    case AnswerVerdict::redirect:
      if (++redirects_ > Post::kRedirectsMax) break;
      at_ = *judgement.location;
      return dial();
    case AnswerVerdict::busy:
      runtime_.start(timer_, judgement.failure.retry_after);
      return;
    case AnswerVerdict::over:
    case AnswerVerdict::deliver:
    case AnswerVerdict::resume:
    case AnswerVerdict::oversized:
    case AnswerVerdict::failed:
      if (!means_no_stream(end)) return wait(end);
      break;
  }
  refused_ = true;
}

}  // namespace upstream
