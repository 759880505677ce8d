// A fleet for unit tests in which nothing ever runs: its servers are known by name and policy.
#pragma once
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/runtime.h"
#include "upstream/fleet/fleet.h"

namespace proxy::downstream {

class QuietFleet final : private upstream::FleetObserver,
                         private upstream::TransportFactory,
                         private upstream::Preflight {
 public:
  explicit QuietFleet(base::Runtime runtime)
      : fleet({runtime, *this, *this, *this}, {}), runtime_(runtime) {}

  void apply(const std::vector<std::pair<std::string, upstream::RunPolicy>>& servers) {
    std::vector<upstream::UpstreamSpec> specs;
    for (const auto& [name, policy] : servers) {
      upstream::UpstreamSpec spec;
      spec.name = name;
      spec.launch = upstream::StdioLaunch{"run", {}, {}, ""};
      spec.policy = policy;
      spec.has_catalog = true;
      specs.push_back(std::move(spec));
    }
    fleet.apply(std::move(specs));
    runtime_.turn.drain();
  }

  upstream::Fleet fleet;

 private:
  class DeadTransport final : public upstream::Transport {
   public:
    void start(upstream::TransportListener&) override {}
    bool send(const upstream::Outgoing&) override { return true; }
    void close() override {}
    std::int64_t process_id() const override { return 0; }
  };

  void on_state_changed(upstream::UpstreamId, upstream::State, upstream::State,
                        std::string_view) override {}
  void on_listing(upstream::UpstreamId, upstream::Listing) override {}
  void on_memory_changed(upstream::UpstreamId, const upstream::UpstreamMemory&) override {}
  void on_cascade_guard(bool, std::uint32_t, std::uint32_t) override {}
  void commit_auto_disable(upstream::UpstreamId, std::string, CommitDone) override {}
  void on_notification(const upstream::NoticeSource&, std::string_view, std::string_view) override {
  }
  bool on_server_request(const upstream::ServerRequestRef&, upstream::CallerKey, std::string_view,
                         std::string_view) override {
    return false;
  }
  void on_server_request_over(const upstream::ServerRequestRef&) override {}
  std::unique_ptr<upstream::Transport> create(upstream::UpstreamId,
                                              const upstream::UpstreamSpec&) override {
    return std::make_unique<DeadTransport>();
  }
  std::optional<base::Error> check(const upstream::UpstreamSpec&) override { return std::nullopt; }

  base::Runtime runtime_;
};

}  // namespace proxy::downstream
