#include "upstream/http/post.h"

#include <utility>

#include "upstream/http/http_failure.h"

namespace upstream {
namespace {

bool names_session(const std::vector<HttpHeader>& headers) {
  return std::any_of(headers.begin(), headers.end(),
                     [](const HttpHeader& header) { return header.name == "Mcp-Session-Id"; });
}

void append(std::vector<HttpHeader>& headers, std::vector<HttpHeader> more) {
  for (HttpHeader& header : more) headers.push_back(std::move(header));
}

}  // namespace

std::vector<HttpHeader> post_headers() {
  return {{"Content-Type", "application/json"}, {"Accept", "application/json, text/event-stream"}};
}

std::vector<HttpHeader> stream_headers(std::string_view last_event_id) {
  std::vector<HttpHeader> headers{{"Accept", "text/event-stream"}, {"Cache-Control", "no-cache"}};
  if (!last_event_id.empty()) headers.push_back({"Last-Event-ID", std::string(last_event_id)});
  return headers;
}

void Post::start() {
  started_ = true;
  at_ = owner_.endpoint();
  runtime_.start(patience_timer_, message_.patience);
  send_post();
}

void Post::stop() {
  exchange_.reset();
  patience_timer_.cancel();
  resume_timer_.cancel();
}

void Post::send_post() {
  HttpRequest request;
  request.method = HttpMethod::post;
  request.lane = message_.lane;
  request.target = at_.target;
  request.headers = post_headers();
  append(request.headers, owner_.session_headers());
  request.body = message_.body;
  if (message_.expects_answer) request.raw_id = message_.raw_id;
  named_session_ = names_session(request.headers);
  exchange_ = client_.begin(std::move(request), *this);
}

void Post::take_up_stream() {
  HttpRequest request;
  request.method = HttpMethod::get;
  request.lane = message_.lane;
  request.target = at_.target;
  request.headers = stream_headers(last_event_id_);
  append(request.headers, owner_.session_headers());
  request.raw_id = message_.raw_id;
  heard_ = false;
  resuming_ = true;
  exchange_ = client_.begin(std::move(request), *this);
}

void Post::on_event(const protocol::SseEvent& event) {
  heard_ = true;
  if (event.event != "message") return;
  event.oversized ? owner_.on_post_oversized(*this, event.data)
                  : owner_.on_post_message(*this, event.data);
}

// False: it was tried often enough.
bool Post::resume_later(const HttpEnd& end) {
  last_event_id_ = end.last_event_id;
  const base::Duration wait = plan_.note_end(heard_, end.retry, runtime_.random.unit());
  if (plan_.useless_ends() > kResumesMax) return false;
  runtime_.start(resume_timer_, wait);
  return true;
}

void Post::on_end(HttpEnd end) {
  exchange_.reset();
  Asked asked;
  asked.method = resuming_ ? HttpMethod::get : HttpMethod::post;
  asked.at = at_;
  asked.expects_answer = message_.expects_answer;
  asked.named_session = named_session_;
  if (resuming_ && end.last_event_id.empty()) end.last_event_id = last_event_id_;
  Judgement judgement = judge(asked, end, runtime_.clock.wall_now());
  if (judgement.verdict == AnswerVerdict::redirect) {
    if (++redirects_ <= kRedirectsMax) {
      at_ = *judgement.location;
      if (judgement.moved_for_good) owner_.on_moved(at_);
      return resuming_ ? take_up_stream() : send_post();
    }
    judgement = {AnswerVerdict::failed, foreign_redirect_failure(at_, end), std::nullopt, false};
  }
  if (judgement.verdict == AnswerVerdict::resume) {
    if (resume_later(end)) return;
    judgement = {AnswerVerdict::failed, stream_ended_failure(at_), std::nullopt, false};
  }
  finish(std::move(judgement), std::move(end));
}

void Post::on_patience_over() {
  exchange_.reset();
  finish({AnswerVerdict::failed, no_answer_in_time_failure(at_, message_.patience), std::nullopt,
          false},
         {});
}

void Post::finish(Judgement judgement, HttpEnd end) {
  stop();
  owner_.on_post_over(*this, std::move(judgement), std::move(end));
}

}  // namespace upstream
