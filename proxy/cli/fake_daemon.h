// For tests: the daemon's REST, played by an HTTP server in this process.
#pragma once
#include <fmt/format.h>
#include <httplib.h>

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace proxy::cli {

// Answers each path with the next of its bodies; the last one stays.
class FakeDaemon {
 public:
  FakeDaemon() {
    const auto handler = [this](const httplib::Request& request, httplib::Response& reply) {
      answer(request, reply);
    };
    server_.Get(".*", handler);
    server_.Post(".*", handler);
    server_.Patch(".*", handler);
    server_.Delete(".*", handler);
    server_.set_tcp_nodelay(true);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();  // stop() before that is not heard
  }
  ~FakeDaemon() {
    server_.stop();
    thread_.join();
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
  // `request` is "GET /api/v1/status".
  void data(const std::string& request, std::vector<std::string> bodies) {
    const std::lock_guard lock(mutex_);
    for (std::string& body : bodies) {
      answers_[request].push_back(
          {200, fmt::format(R"({{"success":true,"data":{},"request_id":"r"}})", body),
           "application/json"});
    }
  }
  void error(const std::string& request, int status, const std::string& error) {
    const std::lock_guard lock(mutex_);
    answers_[request].push_back(
        {status, fmt::format(R"({{"success":false,"data":null,"error":{}}})", error),
         "application/json"});
  }
  void raw(const std::string& request, const std::string& body, const std::string& type) {
    const std::lock_guard lock(mutex_);
    answers_[request].push_back({200, body, type});
  }
  // "GET /path key=K body"
  std::vector<std::string> seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  struct Answer {
    int status;
    std::string body;
    std::string type;
  };

  void answer(const httplib::Request& request, httplib::Response& reply) {
    const std::lock_guard lock(mutex_);
    const std::string line = request.method + " " + request.target;
    seen_.push_back(
        fmt::format("{} key={} {}", line, request.get_header_value("X-API-Key"), request.body));
    const auto found = answers_.find(line);
    if (found == answers_.end()) {
      reply.status = 404;
      reply.set_content(
          R"({"success":false,"error":{"code":"MCPT_NOT_FOUND","message":"no such path","remedy":""}})",
          "application/json");
      return;
    }
    reply.status = found->second.front().status;
    reply.set_content(found->second.front().body, found->second.front().type);
    if (found->second.size() > 1) found->second.pop_front();
  }

  httplib::Server server_;
  std::mutex mutex_;
  std::map<std::string, std::deque<Answer>> answers_;  // guarded by mutex_
  std::vector<std::string> seen_;                      // guarded by mutex_
  int port_ = 0;
  std::thread thread_;
};

}  // namespace proxy::cli
