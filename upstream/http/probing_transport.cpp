#include "upstream/http/probing_transport.h"

#include <utility>

#include "upstream/http/answer_verdict.h"
#include "upstream/http/http_failure.h"
#include "upstream/http/sse_transport.h"

namespace upstream {

ProbingTransport::ProbingTransport(base::Runtime runtime, MakeClient make_client, Url url,
                                   std::string_view remembered, Ladder ladder)
    : runtime_(runtime),
      make_client_(std::move(make_client)),
      url_(std::move(url)),
      stopped_reason_(stopped_failure()),
      ladder_(ladder),
      rung_(first_rung(remembered, ladder)),
      remembered_(rung_ != top_of(ladder)) {}

void ProbingTransport::start(TransportListener& listener) {
  listener_ = &listener;
  climb(rung_);
}

void ProbingTransport::climb(Rung to) {
  rung_ = to;
  to == Rung::discover ? discover() : try_transport();
}

// --- the probe ---

void ProbingTransport::discover() {
  HttpRequest request;
  request.target = url_.target;
  request.headers = discover_headers();
  request.body = std::make_shared<const std::string>(discover_request());
  request.raw_id = kDiscoverId;
  client_ = make_client_();
  ExchangeListener& listener = *this;
  probe_ = client_->begin(std::move(request), listener);
  runtime_.start(timer_, kDiscoverPatience);
}

void ProbingTransport::on_event(const protocol::SseEvent& event) {
  if (event.event == "message" && !event.oversized) discovered_ = event.data;
}

void ProbingTransport::on_end(HttpEnd end) {
  if (end.streamed) end.body = std::move(discovered_);
  conclude_discovery(end);
}

// Silence is what an older server may answer.
void ProbingTransport::on_discover_late() {
  conclude_discovery({});
}

void ProbingTransport::conclude_discovery(const HttpEnd& end) {
  timer_.cancel();
  probe_.reset();
  client_.reset();
  switch (after_discover(read_discover_answer(end))) {
    case Rung::streamable:
      return climb(Rung::streamable);
    case Rung::refused:
      return finish(modern_only_failure(url_));
    default: {
      const Asked asked{HttpMethod::post, url_, /*expects_answer=*/true, false};
      return finish(judge(asked, end, runtime_.clock.wall_now()).failure);
    }
  }
}

// --- the transports ---

void ProbingTransport::try_transport() {
  if (rung_ == Rung::sse) {
    transport_ = std::make_unique<SseTransport>(runtime_, make_client_(), url_);
  } else {
    transport_ = std::make_unique<StreamableTransport>(runtime_, make_client_(), url_);
  }
  TransportListener& listener = *this;
  transport_->start(listener);
  held_.send_to(*transport_);
}

bool ProbingTransport::send(const Outgoing& message) {
  if (closed_) return false;
  if (!settled_) held_.add(message);
  return transport_ == nullptr || transport_->send(message);
}

void ProbingTransport::on_related_message(std::string_view raw_id, std::string_view bytes) {
  settled_ = true;
  held_.forget();
  raw_id.empty() ? listener_->on_message(bytes) : listener_->on_related_message(raw_id, bytes);
}

// Inside a call of the transport's: it lives to the end of the turn.
void ProbingTransport::on_closed(const Failure& failure) {
  if (settled_ || closed_) return finish(failure);
  const Rung next = after_failure(rung_, failure, std::exchange(remembered_, false), ladder_);
  if (next == Rung::failed) return finish(first_failure_.value_or(failure));
  if (next == Rung::sse) first_failure_ = failure;
  runtime_.turn.retire(std::move(transport_));
  climb(next);
}

// --- the end ---

void ProbingTransport::close() {
  if (closed_) return;
  if (transport_ != nullptr) {
    closed_ = true;
    return transport_->close();
  }
  probe_.reset();
  timer_.cancel();
  closed_ = true;
  runtime_.turn.schedule(turn_hook_);
}

void ProbingTransport::finish(const Failure& failure) {
  closed_ = true;
  listener_->on_closed(failure);
}

}  // namespace upstream
