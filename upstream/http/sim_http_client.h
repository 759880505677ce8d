// An HttpClient for tests: what is asked is recorded, what is answered is said by the test.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "upstream/http/exchange.h"

namespace upstream {

// What happened to a SimHttpClient; outlives it.
class SimSite {
 public:
  struct Asked {
    HttpRequest request;
    ExchangeListener* listener = nullptr;  // null: over, or given up
    std::string body() const { return request.body ? *request.body : std::string(); }
    std::string header(std::string_view name) const {
      for (const HttpHeader& header : request.headers) {
        if (header.name == name) return header.value;
      }
      return {};
    }
    bool open() const { return listener != nullptr; }
  };

  std::vector<Asked> asked;
  bool client_lives = true;

  // The exchange that was begun last and is still open. REQUIRES: there is one.
  Asked& last_open() {
    return *std::find_if(asked.rbegin(), asked.rend(), [](const Asked& a) { return a.open(); });
  }
  Asked* open_with(HttpMethod method, std::string_view text = {}) {
    for (Asked& one : asked) {
      if (one.open() && one.request.method == method &&
          one.body().find(text) != std::string::npos) {
        return &one;
      }
    }
    return nullptr;
  }
  std::size_t open_count() const {
    return static_cast<std::size_t>(
        std::count_if(asked.begin(), asked.end(), [](const Asked& a) { return a.open(); }));
  }

  void end(Asked& which, HttpEnd how) {
    std::exchange(which.listener, nullptr)->on_end(std::move(how));
  }
  // An answer in one piece. `answered` when it holds the response that was asked for.
  void answer(Asked& which, int status, std::string body = {}, std::string session_id = {},
              std::string content_type = "application/json") {
    HttpEnd end_;
    end_.head.status = status;
    end_.head.content_type = std::move(content_type);
    end_.head.session_id = std::move(session_id);
    end_.answered = !which.request.raw_id.empty() &&
                    body.find("\"id\":" + which.request.raw_id) != std::string::npos;
    end_.body = std::move(body);
    end(which, std::move(end_));
  }
  void fault(Asked& which, HttpFault fault) {
    HttpEnd end_;
    end_.fault = fault;
    end_.detail = "as the test says";
    end(which, std::move(end_));
  }
  static void head(const Asked& which, std::string session_id = {}) {
    HttpHead head_;
    head_.status = 200;
    head_.content_type = "text/event-stream";
    head_.session_id = std::move(session_id);
    which.listener->on_head(head_);
  }
  static void event(const Asked& which, std::string data, std::string name = "message") {
    which.listener->on_event({std::move(name), std::move(data), "", false});
  }
  void end_stream(Asked& which, bool answered, std::string last_event_id = {},
                  std::optional<base::Milliseconds> retry = {}) {
    HttpEnd end_;
    end_.head.status = 200;
    end_.head.content_type = "text/event-stream";
    end_.streamed = true;
    end_.answered = answered;
    end_.last_event_id = std::move(last_event_id);
    end_.retry = retry;
    end(which, std::move(end_));
  }
};

class SimHttpClient final : public HttpClient {
 public:
  explicit SimHttpClient(SimSite& site) : site_(site) {}
  ~SimHttpClient() override { site_.client_lives = false; }

  std::unique_ptr<HttpExchange> begin(HttpRequest request, ExchangeListener& listener) override {
    site_.asked.push_back({std::move(request), &listener});
    return std::make_unique<Exchange>(site_, site_.asked.size() - 1);
  }

 private:
  class Exchange final : public HttpExchange {
   public:
    Exchange(SimSite& site, std::size_t place) : site_(site), place_(place) {}
    ~Exchange() override { site_.asked[place_].listener = nullptr; }

   private:
    SimSite& site_;
    const std::size_t place_;
  };
  SimSite& site_;
};

}  // namespace upstream
