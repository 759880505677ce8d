// The stream a server sends on without being asked: opened by GET, opened again whenever it ends,
// from the last event on. Resource.
//
// Ownership: its owner's, which outlives it and may destroy it in any call it gets.
// Threads:   the loop thread only.
#pragma once
#include <memory>
#include <string>

#include "base/runtime.h"
#include "upstream/http/post.h"
#include "upstream/http/reconnect_plan.h"

namespace upstream {

class ServerStream final : private ExchangeListener {
 public:
  // Called at the top of the stack, never inside open().
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual const Url& endpoint() const = 0;
    virtual std::vector<HttpHeader> session_headers() const = 0;
    virtual void on_stream_event(const protocol::SseEvent& event) = 0;
    // It cannot go on: session_lost, login or unreachable.
    virtual void on_stream_failed(Judgement judgement) = 0;
  };

  ServerStream(base::Runtime runtime, HttpClient& client, Owner& owner)
      : runtime_(runtime), client_(client), owner_(owner) {}
  ~ServerStream() override = default;
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  // Opens it, anew when it is open.
  void open();
  void stop();
  // The server has none (405 and the like): it is not asked again.
  bool refused() const { return refused_; }

 private:
  void on_head(const HttpHead&) override {}
  void on_event(const protocol::SseEvent& event) override;
  void on_end(HttpEnd end) override;
  void dial();
  void wait(const HttpEnd& end);

  base::Runtime runtime_;
  HttpClient& client_;
  Owner& owner_;
  std::unique_ptr<HttpExchange> exchange_;
  Url at_;
  std::string last_event_id_;
  ReconnectPlan plan_;
  int redirects_ = 0;
  bool heard_ = false;
  bool refused_ = false;
  bool named_session_ = false;
  base::Timer<ServerStream, &ServerStream::dial> timer_{*this};
};

}  // namespace upstream
