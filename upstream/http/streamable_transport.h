// A Transport over Streamable HTTP of the legacy revisions (MCP 2025-03-26 to 2025-11-25): one POST
// for each message, one GET stream for what the server says unasked. Resource.
//
// Starting:  the first message must be `initialize`; others wait for its answer and for
//            notifications/initialized to be accepted. A fault until then ends the connection with
//            its own failure. Then the GET stream is opened, if the server has one.
// Calls:     fail one by one. The connection ends when no connection comes about any more, when a
//            login is asked for, and when a session cannot be opened again.
// Session:   404 to a session that was named means the server forgot it. It is opened once more
//            with the same initialize, what was refused is sent again (the server did not look at
//            it), and on_session_renewed tells.
// Memory:    nothing is held by an idle one but its exchange for the stream.
#pragma once
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/runtime.h"
#include "upstream/http/exchange.h"
#include "upstream/http/post.h"
#include "upstream/http/server_stream.h"
#include "upstream/transport/transport.h"

namespace upstream {

struct HttpTransportTimes {
  base::Duration control = std::chrono::seconds(30);    // pings, notifications, responses
  base::Duration unbounded = std::chrono::minutes(10);  // requests without a deadline of their own
  base::Duration farewell = std::chrono::seconds(2);    // DELETE at the end
};

class StreamableTransport final : public Transport,
                                  private Post::Owner,
                                  private ServerStream::Owner,
                                  private ExchangeListener {
 public:
  static constexpr std::size_t kUnansweredBytesMax = 32UL * 1024 * 1024;

  StreamableTransport(base::Runtime runtime, std::unique_ptr<HttpClient> client, Url url,
                      HttpTransportTimes times = {});
  ~StreamableTransport() override;

  void start(TransportListener& listener) override;
  [[nodiscard]] bool send(const Outgoing& message) override;
  void close() override;

 private:
  enum class Phase : std::uint8_t {
    greeting,    // initialize is not answered
    confirming,  // notifications/initialized is not accepted
    open,
    renewing,  // initialize, sent again by ourselves, is not answered
    confirming_again,
    closing,
    closed,
  };
  enum class Role : std::uint8_t { initialize, initialized, other, renewal, confirmation };
  struct Sent {
    std::shared_ptr<Post> post;  // kept to the end of the turn when it ends inside its own call
    Role role = Role::other;
    std::uint32_t session = 0;  // the number of the session it was sent in
  };
  using Posts = std::list<Sent>;

  // --- Post::Owner, ServerStream::Owner, ExchangeListener (of DELETE) ---
  const Url& endpoint() const override { return url_; }
  std::vector<HttpHeader> session_headers() const override;
  void on_moved(const Url& endpoint) override { url_ = endpoint; }
  void on_post_head(Post& post, const HttpHead& head) override;
  void on_post_message(Post& post, std::string_view bytes) override;
  void on_post_oversized(Post& post, std::string_view raw_id) override;
  void on_post_over(Post& post, Judgement judgement, HttpEnd end) override;
  void on_stream_event(const protocol::SseEvent& event) override;
  void on_stream_failed(Judgement judgement) override;
  void on_head(const HttpHead&) override {}
  void on_event(const protocol::SseEvent&) override {}
  void on_end(HttpEnd end) override;

  Posts::iterator find(const Post& post);
  PostMessage message_for(const Outgoing& message) const;
  void add(PostMessage message, Role role);
  void start_post(Sent& sent);
  void start_held();
  bool drop_cancelled(std::string_view raw_id);
  Sent take(Posts::iterator place);
  void tell_refused();

  void learn_session(Role role, const HttpHead& head);
  bool learn_version(Role role, std::string_view answer);
  void on_initialize_over(Sent sent, Judgement judgement, HttpEnd end);
  void on_initialized_over(Role role, const Judgement& judgement);
  void on_request_over(const Sent& sent, Judgement judgement, HttpEnd end);
  void on_other_over(const Judgement& judgement);
  void renew(const Sent* refused, const Judgement& judgement);
  void end_posts();
  void say_farewell();
  void on_farewell_late();
  void end_turn();
  void fail(const Failure& failure);

  base::Runtime runtime_;
  const std::unique_ptr<HttpClient> client_;
  Url url_;
  const HttpTransportTimes times_;
  TransportListener* listener_ = nullptr;
  Phase phase_ = Phase::greeting;

  std::string session_id_;  // empty: the server has none
  std::string version_;     // negotiated; empty before
  std::uint32_t session_ = 1;
  bool renewed_in_vain_ = false;  // no answer came in the session since it was renewed
  std::shared_ptr<const std::string> initialize_;
  std::string initialize_id_;
  std::shared_ptr<const std::string> initialized_;

  Posts posts_;  // under way, and held until the session is open
  std::size_t unanswered_bytes_ = 0;
  base::TimePoint quiet_until_{};  // the server asked to be left alone
  Failure quiet_reason_;
  std::vector<std::string> refused_;  // ids, told at the end of the turn
  ServerStream stream_;
  std::unique_ptr<HttpExchange> farewell_;
  base::Timer<StreamableTransport, &StreamableTransport::on_farewell_late> farewell_timer_{*this};
  base::EndOfTurn<StreamableTransport, &StreamableTransport::end_turn> turn_hook_{*this};
};

}  // namespace upstream
