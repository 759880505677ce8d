// Hears what the fleet observes and passes it on: to the store, the bus and the catalog. Resource.
//
// Ownership: the daemon's; the fleet calls it, and everything it is given outlives the fleet.
// Threads:   the loop thread.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "proxy/config/config.h"
#include "proxy/daemon/live_catalog.h"
#include "proxy/daemon/server_records.h"
#include "proxy/downstream/server_requests.h"
#include "proxy/downstream/upstream_news.h"
#include "proxy/events/event_bus.h"
#include "storage/store.h"
#include "upstream/fleet/fleet.h"
#include "upstream/fleet/fleet_observer.h"

namespace proxy::daemon {

class FleetRecorder final : public upstream::FleetObserver {
 public:
  // `stored`: what the store holds of every server.
  FleetRecorder(const base::Clock& clock, LiveCatalog& catalog, storage::Store& store,
                events::EventBus& bus, const std::vector<storage::ServerRecord>& stored)
      : clock_(clock), catalog_(catalog), store_(store), bus_(bus), records_(stored) {}
  FleetRecorder(const FleetRecorder&) = delete;
  FleetRecorder& operator=(const FleetRecorder&) = delete;

  // Before the fleet runs. All outlive the fleet's last callback here.
  void attach(const upstream::Fleet& fleet, downstream::UpstreamNews& news,
              downstream::ServerRequests& questions) {
    fleet_ = &fleet;
    news_ = &news;
    questions_ = &questions;
  }
  void set_config(std::shared_ptr<const config::Config> config) { config_ = std::move(config); }
  // The server is gone from the configuration.
  void forget(const std::string& server) { records_.forget(server); }
  const ServerRecords& records() const { return records_; }
  bool cascade_guard_tripped() const { return cascade_guard_; }

 private:
  void on_state_changed(upstream::UpstreamId id, upstream::State from, upstream::State to,
                        std::string_view reason) override;
  void on_listing(upstream::UpstreamId id, upstream::Listing listing) override;
  void on_session_renewed(upstream::UpstreamId id) override { news_->on_session_renewed(id); }
  void on_memory_changed(upstream::UpstreamId id, const upstream::UpstreamMemory& memory) override;
  void on_cascade_guard(bool tripped, std::uint32_t failed, std::uint32_t attempted) override;
  void on_machine_woke(base::Duration slept) override;
  void commit_auto_disable(upstream::UpstreamId id, std::string reason, CommitDone done) override;
  void on_notification(const upstream::NoticeSource& source, std::string_view method,
                       std::string_view params) override;
  bool on_server_request(const upstream::ServerRequestRef& request, upstream::CallerKey caller,
                         std::string_view method, std::string_view params) override;
  void on_server_request_over(const upstream::ServerRequestRef& request) override {
    questions_->on_over(request);
  }
  protocol::ClientAbilities abilities_of(upstream::CallerKey caller) override {
    return questions_->abilities_of(caller);
  }

  // Null when the server is no longer in the configuration.
  const config::ServerConfig* server_of(upstream::UpstreamId id) const;

  const base::Clock& clock_;
  LiveCatalog& catalog_;
  storage::Store& store_;
  events::EventBus& bus_;
  ServerRecords records_;
  const upstream::Fleet* fleet_ = nullptr;
  downstream::UpstreamNews* news_ = nullptr;
  downstream::ServerRequests* questions_ = nullptr;
  std::shared_ptr<const config::Config> config_;
  bool cascade_guard_ = false;
};

}  // namespace proxy::daemon
