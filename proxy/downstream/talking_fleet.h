// A fleet for unit tests whose servers shake hands by themselves and leave every other request to
// the test: what was asked is seen, and answered when the test says so.
#pragma once
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/sim_runtime.h"
#include "protocol/envelope.h"
#include "proxy/downstream/server_requests.h"
#include "proxy/downstream/upstream_news.h"
#include "upstream/fleet/fleet.h"

namespace proxy::downstream {

class TalkingFleet final : private upstream::FleetObserver,
                           private upstream::TransportFactory,
                           private upstream::Preflight {
 public:
  explicit TalkingFleet(base::SimRuntime& sim)
      : fleet({sim.runtime(), *this, *this, *this}, {}), sim_(sim) {}

  // Before anything that has calls there is destroyed.
  void stop() {
    fleet.shutdown(std::chrono::seconds(1), [] {});
    sim_.advance(std::chrono::seconds(10));
  }

  // Lazy servers, which stop when nobody uses them for a minute.
  void apply(const std::vector<std::string>& servers) {
    std::vector<upstream::UpstreamSpec> specs;
    for (const std::string& name : servers) {
      upstream::UpstreamSpec spec;
      spec.name = name;
      spec.launch = upstream::StdioLaunch{"run", {}, {}, ""};
      spec.policy = upstream::RunPolicy::lazy;
      spec.has_catalog = true;
      spec.idle_timeout = std::chrono::minutes(1);
      specs.push_back(std::move(spec));
    }
    fleet.apply(std::move(specs));
    sim_.settle();
  }

  // The method and params of the oldest request that waits for an answer at that server; "" when
  // none does.
  std::string asked(upstream::UpstreamId id) {
    sim_.settle();
    if (id >= lines_.size() || lines_[id].waiting.empty()) return {};
    return lines_[id].waiting.front().text;
  }
  // Answers it.
  void answer(upstream::UpstreamId id, std::string_view result) {
    deliver(id, fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", take(id), result));
  }
  void refuse(upstream::UpstreamId id, std::string_view error) {
    deliver(id, fmt::format(R"({{"jsonrpc":"2.0","id":{},"error":{}}})", take(id), error));
  }
  void say(upstream::UpstreamId id, std::string_view method, std::string_view params) {
    deliver(id, fmt::format(R"({{"jsonrpc":"2.0","method":"{}","params":{}}})", method, params));
  }
  // It asks a client something, as its request `id`.
  void question(upstream::UpstreamId upstream, std::string_view id, std::string_view method,
                std::string_view params) {
    deliver(upstream, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id,
                                  method, params));
  }
  // The oldest answer to such a question that was not taken yet; "" when there is none.
  std::string told(upstream::UpstreamId id) {
    sim_.settle();
    if (id >= lines_.size() || lines_[id].told.empty()) return {};
    std::string first = lines_[id].told.front();
    lines_[id].told.erase(lines_[id].told.begin());
    return first;
  }
  // Its process ends; it is started again as any other.
  void crash(upstream::UpstreamId id) {
    lines_[id].waiting.clear();
    lines_[id].listener->on_closed({upstream::FailureKind::exited, 1, "it ended", "", {}});
    sim_.settle();
  }

  upstream::Fleet fleet;
  UpstreamNews* news = nullptr;         // who hears of notifications and states, if anybody
  ServerRequests* questions = nullptr;  // and of questions

 private:
  struct Waiting {
    std::string id;
    std::string text;
  };
  struct Line {
    upstream::TransportListener* listener = nullptr;
    std::vector<Waiting> waiting;
    std::vector<std::string> told;
  };

  class Transport final : public upstream::Transport {
   public:
    Transport(TalkingFleet& world, upstream::UpstreamId id) : world_(world), id_(id) {}
    void start(upstream::TransportListener& listener) override {
      world_.line(id_) = {&listener, {}, {}};
    }
    bool send(const upstream::Outgoing& message) override {
      if (message.kind == upstream::OutgoingKind::request) world_.on_request(id_, message);
      if (message.kind == upstream::OutgoingKind::response) {
        world_.line(id_).told.emplace_back(message.bytes);
      }
      return true;
    }
    void close() override {
      world_.sim_.turn().defer([listener = world_.line(id_).listener] {
        listener->on_closed({upstream::FailureKind::exited, 0, "closed", "", {}});
      });
    }

   private:
    TalkingFleet& world_;
    upstream::UpstreamId id_;
  };

  Line& line(upstream::UpstreamId id) {
    if (id >= lines_.size()) lines_.resize(id + std::size_t{1});
    return lines_[id];
  }

  void on_request(upstream::UpstreamId id, const upstream::Outgoing& message) {
    const auto scanned = protocol::scan(message.bytes);
    REQUIRE(scanned.ok());
    line(id).waiting.push_back(
        {std::string(message.raw_id), fmt::format("{} {}", message.method, scanned->params)});
    std::string_view result;
    if (scanned->method == protocol::Method::initialize) {
      result = R"({"protocolVersion":"2025-06-18","capabilities":{}})";
    } else if (scanned->method == protocol::Method::tools_list) {
      result = R"({"tools":[]})";
    } else {
      return;
    }
    sim_.turn().defer([this, id, result] {
      const std::string own = std::exchange(lines_[id].waiting.back().id, "");
      lines_[id].waiting.pop_back();
      lines_[id].listener->on_message(
          fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", own, result));
    });
  }

  std::string take(upstream::UpstreamId id) {
    sim_.settle();
    REQUIRE(id < lines_.size());
    REQUIRE(!lines_[id].waiting.empty());
    std::string raw_id = lines_[id].waiting.front().id;
    lines_[id].waiting.erase(lines_[id].waiting.begin());
    return raw_id;
  }
  void deliver(upstream::UpstreamId id, const std::string& message) {
    sim_.settle();
    lines_[id].listener->on_message(message);
    sim_.settle();
  }

  void on_state_changed(upstream::UpstreamId id, upstream::State from, upstream::State to,
                        std::string_view) override {
    if (news != nullptr) news->on_state_changed(id, from, to);
  }
  void on_listing(upstream::UpstreamId, upstream::Listing) override {}
  void on_memory_changed(upstream::UpstreamId, const upstream::UpstreamMemory&) override {}
  void on_cascade_guard(bool, std::uint32_t, std::uint32_t) override {}
  void commit_auto_disable(upstream::UpstreamId, std::string, CommitDone) override {}
  void on_notification(const upstream::NoticeSource& source, std::string_view method,
                       std::string_view params) override {
    if (news != nullptr) news->on_notification(source, method, params);
  }
  bool on_server_request(const upstream::ServerRequestRef& request, upstream::CallerKey caller,
                         std::string_view method, std::string_view params) override {
    return questions != nullptr && questions->on_asked(request, caller, method, params);
  }
  void on_server_request_over(const upstream::ServerRequestRef& request) override {
    if (questions != nullptr) questions->on_over(request);
  }
  std::unique_ptr<upstream::Transport> create(upstream::UpstreamId id,
                                              const upstream::UpstreamSpec&) override {
    return std::make_unique<Transport>(*this, id);
  }
  std::optional<base::Error> check(const upstream::UpstreamSpec&) override { return std::nullopt; }

  base::SimRuntime& sim_;
  std::vector<Line> lines_;  // by UpstreamId
};

}  // namespace proxy::downstream
