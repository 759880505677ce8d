#include "upstream/http/streamable_transport.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "base/json.h"
#include "protocol/envelope.h"
#include "protocol/revision.h"
#include "upstream/http/http_failure.h"

namespace upstream {
namespace {

constexpr base::Duration kDeadlineGrace = std::chrono::seconds(1);  // the caller's own comes first
constexpr std::size_t kInitializeResultBytesMax = 1024UL * 1024;

// What an InitializeResult agrees on; empty for anything else.
std::string negotiated_version(std::string_view answer) {
  const protocol::Scanned scanned = protocol::scan(answer);
  if (!scanned || scanned->kind != protocol::MessageKind::response) return {};
  const auto result =
      base::parse_document(scanned->result, {.bytes_max = kInitializeResultBytesMax});
  return result ? std::string(base::json_string(*result, "protocolVersion").value_or(""))
                : std::string();
}

bool has_version_header(std::string_view version) {
  const auto revision = protocol::revision_from(version);
  return revision && protocol::has(*revision, protocol::Feature::version_header);
}

Failure session_lost_again(Failure failure) {
  failure.message = "The server forgot its session again right after it was opened anew: " +
                    std::move(failure.message);
  return failure;
}

Failure changed_failure(const Url& at) {
  return {FailureKind::protocol_error,
          0,
          origin_text(at) + " forgot its session and speaks another revision of the protocol now",
          "It is started anew",
          {},
          {}};
}

}  // namespace

StreamableTransport::StreamableTransport(base::Runtime runtime, std::unique_ptr<HttpClient> client,
                                         Url url, HttpTransportTimes times)
    : runtime_(runtime),
      client_(std::move(client)),
      url_(std::move(url)),
      times_(times),
      stream_(runtime, *client_, *this) {}

StreamableTransport::~StreamableTransport() = default;

void StreamableTransport::start(TransportListener& listener) {
  assert(listener_ == nullptr);
  listener_ = &listener;
}

std::vector<HttpHeader> StreamableTransport::session_headers() const {
  std::vector<HttpHeader> headers;
  if (!session_id_.empty()) headers.push_back({"Mcp-Session-Id", session_id_});
  if (has_version_header(version_)) headers.push_back({"MCP-Protocol-Version", version_});
  return headers;
}

// --- out ---

PostMessage StreamableTransport::message_for(const Outgoing& message) const {
  PostMessage made;
  made.body = std::make_shared<const std::string>(message.bytes);
  made.kind = message.kind;
  const bool is_call = message.kind == OutgoingKind::request && message.method != "ping";
  made.lane = is_call ? HttpLane::call : HttpLane::control;
  made.raw_id = message.raw_id;
  made.expects_answer = message.kind == OutgoingKind::request;
  made.patience = is_call ? times_.unbounded : times_.control;
  if (message.deadline != base::TimePoint()) {
    const base::Duration left = message.deadline - runtime_.now() + kDeadlineGrace;
    made.patience = is_call ? left : std::min(left, times_.control);
  }
  return made;
}

bool StreamableTransport::send(const Outgoing& message) {
  if (phase_ == Phase::closing || phase_ == Phase::closed) return false;
  if (unanswered_bytes_ + message.bytes.size() > kUnansweredBytesMax) return false;
  if (message.method == "notifications/cancelled" && drop_cancelled(message.raw_id)) return true;
  Role role = Role::other;
  if (message.kind == OutgoingKind::request && message.method == "initialize") {
    role = Role::initialize;
    phase_ = Phase::greeting;
    session_id_.clear();
    version_.clear();
  } else if (message.method == "notifications/initialized") {
    role = Role::initialized;
    phase_ = Phase::confirming;
  } else if (message.kind == OutgoingKind::request && runtime_.now() < quiet_until_) {
    refused_.emplace_back(message.raw_id);
    runtime_.turn.schedule(turn_hook_);
    return true;
  }
  PostMessage post = message_for(message);
  if (role == Role::initialize) {
    initialize_ = post.body;
    initialize_id_ = post.raw_id;
  } else if (role == Role::initialized) {
    initialized_ = post.body;
  }
  add(std::move(post), role);
  return true;
}

// Posts of the handshake start at once, others when the session is open.
void StreamableTransport::add(PostMessage message, Role role) {
  unanswered_bytes_ += message.body->size();
  Post::Owner& owner = *this;
  Sent& sent = posts_.emplace_back();
  sent.role = role;
  sent.post = std::make_shared<Post>(runtime_, *client_, owner, std::move(message));
  if (role != Role::other || phase_ == Phase::open) start_post(sent);
}

void StreamableTransport::start_post(Sent& sent) {
  sent.session = session_;
  sent.post->start();
}

void StreamableTransport::start_held() {
  for (Sent& sent : posts_) {
    if (!sent.post->started()) start_post(sent);
  }
}

// True when the server never heard of the request: there is nothing to cancel.
bool StreamableTransport::drop_cancelled(std::string_view raw_id) {
  const auto place = std::find_if(posts_.begin(), posts_.end(), [raw_id](const Sent& sent) {
    const PostMessage& message = sent.post->message();
    return message.kind == OutgoingKind::request && message.raw_id == raw_id;
  });
  if (raw_id.empty() || place == posts_.end()) return false;
  const bool unheard = !place->post->started();
  (void)take(place);
  return unheard;
}

// Its own call may be under way: it lives to the end of the turn.
StreamableTransport::Sent StreamableTransport::take(Posts::iterator place) {
  Sent sent = std::move(*place);
  posts_.erase(place);
  unanswered_bytes_ -= sent.post->bytes();
  sent.post->stop();
  runtime_.turn.defer([kept = sent.post] {});
  return sent;
}

void StreamableTransport::tell_refused() {
  const std::vector<std::string> refused = std::exchange(refused_, {});
  TransportListener& listener = *listener_;
  const Failure reason = quiet_reason_;
  for (const std::string& raw_id : refused) listener.on_request_failed(raw_id, reason);
}

// --- in ---

StreamableTransport::Posts::iterator StreamableTransport::find(const Post& post) {
  const auto place = std::find_if(posts_.begin(), posts_.end(),
                                  [&post](const Sent& sent) { return sent.post.get() == &post; });
  assert(place != posts_.end());
  return place;
}

void StreamableTransport::on_post_head(Post& post, const HttpHead& head) {
  learn_session(find(post)->role, head);
}

void StreamableTransport::learn_session(Role role, const HttpHead& head) {
  if (role == Role::initialize || role == Role::renewal) session_id_ = head.session_id;
}

// False: a renewed session that is not like the first.
bool StreamableTransport::learn_version(Role role, std::string_view answer) {
  if (role != Role::initialize && role != Role::renewal) return true;
  const std::string version = negotiated_version(answer);
  if (role == Role::renewal) return version == version_;
  version_ = version;
  return true;
}

void StreamableTransport::on_post_message(Post& post, std::string_view bytes) {
  const Role role = find(post)->role;
  if (!learn_version(role, bytes)) return fail(changed_failure(url_));
  if (role == Role::renewal) return;
  // What answers a message that is no request is of no call.
  if (post.message().kind != OutgoingKind::request) return listener_->on_message(bytes);
  listener_->on_related_message(post.message().raw_id, bytes);
}

void StreamableTransport::on_post_oversized(Post&, std::string_view raw_id) {
  listener_->on_oversized(raw_id);
}

void StreamableTransport::on_stream_event(const protocol::SseEvent& event) {
  if (event.event != "message") return;
  event.oversized ? listener_->on_oversized(event.data) : listener_->on_message(event.data);
}

void StreamableTransport::on_stream_failed(Judgement judgement) {
  if (judgement.verdict != AnswerVerdict::session_lost) return fail(judgement.failure);
  if (phase_ == Phase::open) renew(nullptr, judgement);
}

void StreamableTransport::on_post_over(Post& post, Judgement judgement, HttpEnd end) {
  Sent sent = take(find(post));
  switch (sent.role) {
    case Role::initialize:
    case Role::renewal:
      return on_initialize_over(std::move(sent), std::move(judgement), std::move(end));
    case Role::initialized:
    case Role::confirmation:
      return on_initialized_over(sent.role, judgement);
    case Role::other:
      break;
  }
  if (post.message().kind == OutgoingKind::request) {
    return on_request_over(sent, std::move(judgement), std::move(end));
  }
  on_other_over(judgement);
}

void StreamableTransport::on_initialize_over(Sent sent, Judgement judgement, HttpEnd end) {
  learn_session(sent.role, end.head);
  const bool delivered = judgement.verdict == AnswerVerdict::deliver;
  if (!delivered && judgement.verdict != AnswerVerdict::over) return fail(judgement.failure);
  if (delivered && !learn_version(sent.role, end.body)) return fail(changed_failure(url_));
  if (sent.role == Role::renewal) {
    phase_ = Phase::confirming_again;
    PostMessage confirmation;
    confirmation.body = initialized_;
    confirmation.kind = OutgoingKind::notification;
    confirmation.lane = HttpLane::control;
    confirmation.patience = times_.control;
    return add(std::move(confirmation), Role::confirmation);
  }
  if (delivered) listener_->on_message(end.body);
}

void StreamableTransport::on_initialized_over(Role role, const Judgement& judgement) {
  if (judgement.verdict != AnswerVerdict::over) return fail(judgement.failure);
  phase_ = Phase::open;
  stream_.open();
  start_held();
  if (role == Role::confirmation) listener_->on_session_renewed();
}

void StreamableTransport::on_request_over(const Sent& sent, Judgement judgement, HttpEnd end) {
  const std::string& raw_id = sent.post->message().raw_id;
  switch (judgement.verdict) {
    case AnswerVerdict::deliver:
      renewed_in_vain_ = false;
      return listener_->on_message(end.body);
    case AnswerVerdict::over:
      renewed_in_vain_ = false;
      return;
    case AnswerVerdict::oversized:
      return listener_->on_oversized(raw_id);
    case AnswerVerdict::session_lost:
      return renew(&sent, judgement);
    case AnswerVerdict::login:
    case AnswerVerdict::unreachable:
      return fail(judgement.failure);
    case AnswerVerdict::busy:
      quiet_until_ = runtime_.now() + judgement.failure.retry_after;
      quiet_reason_ = judgement.failure;
      return listener_->on_request_failed(raw_id, judgement.failure);
    case AnswerVerdict::resume:
    case AnswerVerdict::redirect:
    case AnswerVerdict::failed:
      return listener_->on_request_failed(raw_id, judgement.failure);
  }
}

// Nobody waits for the fate of a notification, but it may show that nothing else would do better.
void StreamableTransport::on_other_over(const Judgement& judgement) {
  if (judgement.verdict == AnswerVerdict::login ||
      judgement.verdict == AnswerVerdict::unreachable) {
    return fail(judgement.failure);
  }
  if (judgement.verdict == AnswerVerdict::session_lost && phase_ == Phase::open) {
    renew(nullptr, judgement);
  }
}

// --- the session ---

// `refused` was not looked at by the server: it goes again in the next session.
void StreamableTransport::renew(const Sent* refused, const Judgement& judgement) {
  const bool of_this_session = refused == nullptr || refused->session == session_;
  if (of_this_session && renewed_in_vain_) return fail(session_lost_again(judgement.failure));
  if (of_this_session) {
    phase_ = Phase::renewing;
    renewed_in_vain_ = true;
    ++session_;
    session_id_.clear();
    stream_.stop();
    PostMessage greeting;
    greeting.body = initialize_;
    greeting.raw_id = initialize_id_;
    greeting.expects_answer = true;
    greeting.patience = times_.control;
    add(std::move(greeting), Role::renewal);
  }
  if (refused != nullptr) add(refused->post->message(), Role::other);
}

// --- the end ---

void StreamableTransport::end_posts() {
  while (!posts_.empty()) (void)take(posts_.begin());
  refused_.clear();
}

void StreamableTransport::close() {
  if (phase_ == Phase::closing || phase_ == Phase::closed) return;
  phase_ = Phase::closing;
  end_posts();
  stream_.stop();
  if (session_id_.empty()) {
    runtime_.turn.schedule(turn_hook_);
  } else {
    say_farewell();
  }
}

void StreamableTransport::say_farewell() {
  HttpRequest request;
  request.method = HttpMethod::delete_;
  request.lane = HttpLane::control;
  request.target = url_.target;
  request.headers = session_headers();
  ExchangeListener& listener = *this;
  farewell_ = client_->begin(std::move(request), listener);
  runtime_.start(farewell_timer_, times_.farewell);
}

void StreamableTransport::on_end(HttpEnd) {
  fail(stopped_failure());
}

void StreamableTransport::on_farewell_late() {
  fail(stopped_failure());
}

void StreamableTransport::end_turn() {
  phase_ == Phase::closing ? fail(stopped_failure()) : tell_refused();
}

void StreamableTransport::fail(const Failure& failure) {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  const Failure told = failure;  // it may belong to what ends here
  end_posts();
  stream_.stop();
  farewell_.reset();
  farewell_timer_.cancel();
  listener_->on_closed(told);
}

}  // namespace upstream
