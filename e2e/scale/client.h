// A user of the daemon: asks over REST and MCP, waits for states. Resource. Blocking; one thread
// each. What cannot happen while the daemon lives ends the program: see give_up().
#pragma once
#include <httplib.h>
#include <rapidjson/document.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace scale {

// Says why and ends this program; the daemon ends with it.
[[noreturn]] void give_up(const std::string& why);

class Stopwatch {
 public:
  double milliseconds() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Server {
  std::string mode;  // the intent: startup_mode
  std::string state;
  std::int64_t tools = 0;
  std::int64_t pid = 0;
};
using Servers = std::map<std::string, Server>;

class RestClient {
 public:
  RestClient(std::uint16_t port, const std::string& key);

  struct Answer {
    int status = 0;
    double milliseconds = 0;
    rapidjson::Document document;
    const rapidjson::Value& data() const { return document["data"]; }
  };
  // `path` below /api/v1. Gives up when nobody answers, or with something else than JSON.
  Answer get(const std::string& path);
  Answer post(const std::string& path, const std::string& body = "");

  // Does not wait for the answer, and does not mind when there is none.
  void post_and_forget(const std::string& path);

  Servers servers();
  // Asks until the servers are as wanted; false when they are not after `patience`.
  bool wait_for(const std::function<bool(const Servers&)>& wanted,
                std::chrono::seconds patience = std::chrono::seconds(60));

 private:
  Answer read(const httplib::Result& result, const std::string& path, const Stopwatch& watch) const;
  std::uint16_t port_;
  httplib::Client client_;
  httplib::Headers headers_;
};

// A session with an MCP endpoint.
class Agent {
 public:
  Agent(std::uint16_t port, const std::string& path);
  // Ends the session.
  void close();

  // The ids of the tools found.
  std::vector<std::string> find(const std::string& query);
  // False: an error of any kind.
  bool call(const std::string& id);
  // How many tools the surface lists, all pages.
  std::size_t count_tools();

 private:
  rapidjson::Document request(const std::string& method, const std::string& params);
  httplib::Client client_;
  httplib::Headers headers_;
  std::string path_;
  int ids_ = 0;
};

}  // namespace scale
