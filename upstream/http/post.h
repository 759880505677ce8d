// One message on its way to the server: the POST, redirects, and taking its event stream up again
// when that broke off before the answer. Resource.
//
// Ownership: its owner's, which outlives it. The owner may destroy it in any call it gets.
// Threads:   the loop thread only.
#pragma once
#include <memory>
#include <string>

#include "base/runtime.h"
#include "upstream/http/answer_verdict.h"
#include "upstream/http/reconnect_plan.h"
#include "upstream/transport/transport.h"

namespace upstream {

struct PostMessage {
  std::shared_ptr<const std::string> body;
  OutgoingKind kind = OutgoingKind::request;
  HttpLane lane = HttpLane::call;
  std::string raw_id;
  bool expects_answer = false;  // in what the server sends back to the POST
  base::Duration patience{};    // how long that may take
};

class Post final : private ExchangeListener {
 public:
  static constexpr int kRedirectsMax = 5;
  // Attempts to take up a stream that bring nothing new.
  static constexpr unsigned kResumesMax = 5;

  // Called at the top of the stack, never inside start().
  class Owner {
   public:
    virtual ~Owner() = default;
    // Where it goes, and what goes with it now.
    virtual const Url& endpoint() const = 0;
    virtual std::vector<HttpHeader> session_headers() const = 0;
    virtual void on_moved(const Url& endpoint) = 0;
    // The head of a streamed answer.
    virtual void on_post_head(Post& post, const HttpHead& head) = 0;
    // A message of a streamed answer.
    virtual void on_post_message(Post& post, std::string_view bytes) = 0;
    virtual void on_post_oversized(Post& post, std::string_view raw_id) = 0;
    // The last one.
    virtual void on_post_over(Post& post, Judgement judgement, HttpEnd end) = 0;
  };

  Post(base::Runtime runtime, HttpClient& client, Owner& owner, PostMessage message)
      : runtime_(runtime), client_(client), owner_(owner), message_(std::move(message)) {}
  ~Post() override = default;
  Post(const Post&) = delete;
  Post& operator=(const Post&) = delete;

  void start();
  // Gives it up: nothing more is heard of it.
  void stop();
  bool started() const { return started_; }
  const PostMessage& message() const { return message_; }
  std::size_t bytes() const { return message_.body->size(); }

 private:
  void on_head(const HttpHead& head) override { owner_.on_post_head(*this, head); }
  void on_event(const protocol::SseEvent& event) override;
  void on_end(HttpEnd end) override;
  void send_post();
  void take_up_stream();
  void on_patience_over();
  void finish(Judgement judgement, HttpEnd end);
  bool resume_later(const HttpEnd& end);

  base::Runtime runtime_;
  HttpClient& client_;
  Owner& owner_;
  const PostMessage message_;
  std::unique_ptr<HttpExchange> exchange_;
  Url at_;
  std::string last_event_id_;
  ReconnectPlan plan_;
  int redirects_ = 0;
  bool started_ = false;
  bool resuming_ = false;
  bool named_session_ = false;
  bool heard_ = false;  // since the stream was last taken up
  base::Timer<Post, &Post::on_patience_over> patience_timer_{*this};
  base::Timer<Post, &Post::take_up_stream> resume_timer_{*this};
};

// The headers of every POST, of every GET for a stream.
std::vector<HttpHeader> post_headers();
std::vector<HttpHeader> stream_headers(std::string_view last_event_id);

}  // namespace upstream
