#include "upstream/http/sse_transport.h"

#include <algorithm>
#include <utility>

#include "upstream/http/http_failure.h"

namespace upstream {
namespace {

Failure foreign_endpoint_failure(const Url& at, std::string_view named) {
  return {FailureKind::protocol_error,
          0,
          origin_text(at) +
              " names an endpoint that is not its own: " + std::string(named.substr(0, 100)),
          "Put the server's own address into its url: headers go to one origin only",
          {},
          {}};
}

Failure stream_lost_failure(const Url& at) {
  Failure failure = stream_ended_failure(at);
  failure.message = origin_text(at) + " ended the event stream that is its session";
  return failure;
}

}  // namespace

SseTransport::SseTransport(base::Runtime runtime, std::unique_ptr<HttpClient> client, Url url,
                           HttpTransportTimes times)
    : runtime_(runtime),
      client_(std::move(client)),
      url_(std::move(url)),
      times_(times),
      stopped_reason_(stopped_failure()) {}

void SseTransport::start(TransportListener& listener) {
  listener_ = &listener;
  dial();
}

void SseTransport::dial() {
  HttpRequest request;
  request.method = HttpMethod::get;
  request.lane = HttpLane::stream;
  request.target = url_.target;
  request.headers = stream_headers({});
  ExchangeListener& listener = *this;
  stream_ = client_->begin(std::move(request), listener);
}

bool SseTransport::send(const Outgoing& message) {
  if (phase_ != Phase::opening && phase_ != Phase::open) return false;
  if (unsent_bytes_ + message.bytes.size() > StreamableTransport::kUnansweredBytesMax) return false;
  if (message.method == "notifications/cancelled" && drop_cancelled(message.raw_id)) return true;
  PostMessage post;
  post.body = std::make_shared<const std::string>(message.bytes);
  post.kind = message.kind;
  const bool is_call = message.kind == OutgoingKind::request && message.method != "ping";
  post.lane = is_call ? HttpLane::call : HttpLane::control;
  post.raw_id = message.raw_id;
  post.patience = times_.control;
  unsent_bytes_ += message.bytes.size();
  Post::Owner& owner = *this;
  posts_.push_back(std::make_shared<Post>(runtime_, *client_, owner, std::move(post)));
  if (phase_ == Phase::open) posts_.back()->start();
  return true;
}

// True when the server never heard of the request.
bool SseTransport::drop_cancelled(std::string_view raw_id) {
  const auto place =
      std::find_if(posts_.begin(), posts_.end(), [raw_id](const std::shared_ptr<Post>& post) {
        return !post->started() && post->message().raw_id == raw_id;
      });
  if (raw_id.empty() || place == posts_.end()) return false;
  take(place);
  return true;
}

// Its own call may be under way: it lives to the end of the turn.
void SseTransport::take(Posts::iterator place) {
  const std::shared_ptr<Post> post = std::move(*place);
  posts_.erase(place);
  unsent_bytes_ -= post->bytes();
  post->stop();
  runtime_.turn.defer([post] {});
}

void SseTransport::on_post_over(Post& post, Judgement judgement, HttpEnd end) {
  take(std::find_if(posts_.begin(), posts_.end(),
                    [&post](const std::shared_ptr<Post>& one) { return one.get() == &post; }));
  if (judgement.verdict == AnswerVerdict::over) return;
  const bool session_is_gone = end.head.status == 404 || end.head.status == 410;
  if (judgement.verdict == AnswerVerdict::login ||
      judgement.verdict == AnswerVerdict::unreachable || session_is_gone) {
    return fail(judgement.failure);
  }
  const PostMessage& message = post.message();
  if (message.kind == OutgoingKind::request) {
    listener_->on_request_failed(message.raw_id, judgement.failure);
  }
}

void SseTransport::on_event(const protocol::SseEvent& event) {
  if (event.event == "endpoint") {
    if (phase_ == Phase::opening) take_endpoint(event.data);
  } else if (event.event == "message") {
    event.oversized ? listener_->on_oversized(event.data) : listener_->on_message(event.data);
  }
}

void SseTransport::take_endpoint(std::string_view reference) {
  const auto named = resolve_url(url_, reference);
  if (!named || !same_origin(*named, url_)) return fail(foreign_endpoint_failure(url_, reference));
  endpoint_ = *named;
  phase_ = Phase::open;
  for (const std::shared_ptr<Post>& post : posts_) post->start();
}

void SseTransport::on_end(HttpEnd end) {
  stream_.reset();
  if (phase_ == Phase::open || end.streamed) return fail(stream_lost_failure(url_));
  Judgement judgement =
      judge({HttpMethod::get, url_, false, false}, end, runtime_.clock.wall_now());
  if (judgement.verdict == AnswerVerdict::redirect && ++redirects_ <= Post::kRedirectsMax) {
    url_ = *judgement.location;
    return dial();
  }
  const bool not_a_stream = judgement.failure.message.empty();
  fail(not_a_stream ? foreign_answer_failure(url_, end) : judgement.failure);
}

void SseTransport::close() {
  if (phase_ != Phase::opening && phase_ != Phase::open) return;
  phase_ = Phase::closing;
  stream_.reset();
  runtime_.turn.schedule(turn_hook_);
}

void SseTransport::fail(const Failure& failure) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  const Failure told = failure;  // it may belong to what ends here
  while (!posts_.empty()) take(posts_.begin());
  stream_.reset();
  listener_->on_closed(told);
}

}  // namespace upstream
