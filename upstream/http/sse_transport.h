// A Transport over HTTP+SSE of revision 2024-11-05: all that the server says comes on one event
// stream, its first event names where messages are posted. Resource.
//
// The stream is the session: when it ends, the connection does. A message that cannot be posted
// fails alone, unless the server does not know the session any more or cannot be reached.
#pragma once
#include <list>
#include <memory>
#include <vector>

#include "base/runtime.h"
#include "upstream/http/post.h"
#include "upstream/http/streamable_transport.h"
#include "upstream/transport/transport.h"

namespace upstream {

class SseTransport final : public Transport, private Post::Owner, private ExchangeListener {
 public:
  SseTransport(base::Runtime runtime, std::unique_ptr<HttpClient> client, Url url,
               HttpTransportTimes times = {});
  ~SseTransport() override = default;

  void start(TransportListener& listener) override;
  [[nodiscard]] bool send(const Outgoing& message) override;
  void close() override;

 private:
  enum class Phase : std::uint8_t { opening, open, closing, closed };
  using Posts = std::list<std::shared_ptr<Post>>;

  const Url& endpoint() const override { return endpoint_; }
  std::vector<HttpHeader> session_headers() const override { return {}; }
  void on_moved(const Url& endpoint) override { endpoint_ = endpoint; }
  void on_post_head(Post&, const HttpHead&) override {}
  void on_post_message(Post&, std::string_view bytes) override { listener_->on_message(bytes); }
  void on_post_oversized(Post&, std::string_view raw_id) override {
    listener_->on_oversized(raw_id);
  }
  void on_post_over(Post& post, Judgement judgement, HttpEnd end) override;
  void on_head(const HttpHead&) override {}
  void on_event(const protocol::SseEvent& event) override;
  void on_end(HttpEnd end) override;

  void dial();
  void take_endpoint(std::string_view reference);
  void take(Posts::iterator place);
  bool drop_cancelled(std::string_view raw_id);
  void end_turn() { fail(stopped_reason_); }
  void fail(const Failure& failure);

  base::Runtime runtime_;
  const std::unique_ptr<HttpClient> client_;
  Url url_;
  Url endpoint_;  // known once open
  const HttpTransportTimes times_;
  const Failure stopped_reason_;
  TransportListener* listener_ = nullptr;
  Phase phase_ = Phase::opening;
  int redirects_ = 0;
  Posts posts_;  // under way, and held until the endpoint is known
  std::size_t unsent_bytes_ = 0;
  std::unique_ptr<HttpExchange> stream_;
  base::EndOfTurn<SseTransport, &SseTransport::end_turn> turn_hook_{*this};
};

}  // namespace upstream
