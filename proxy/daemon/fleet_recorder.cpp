#include "proxy/daemon/fleet_recorder.h"

#include <fmt/format.h>

#include "base/log.h"

namespace proxy::daemon {
namespace {

using upstream::State;
using upstream::UpstreamId;

constexpr std::string_view kLog = "fleet";

}  // namespace

const config::ServerConfig* FleetRecorder::server_of(UpstreamId id) const {
  const auto view = fleet_->view(id);
  return view ? config_->find_server(view->spec->name) : nullptr;
}

void FleetRecorder::on_state_changed(UpstreamId id, State from, State to, std::string_view reason) {
  const config::ServerConfig* server = server_of(id);
  if (server == nullptr) return;
  catalog_.set_state(id, server->name, to);
  news_->on_state_changed(id, from, to);
  bus_.publish(events::ServerStateChanged{server->name, server->groups,
                                          std::string(to_string(from)), std::string(to_string(to)),
                                          std::string(reason)});
}

void FleetRecorder::on_listing(UpstreamId id, upstream::Listing listing) {
  const config::ServerConfig* server = server_of(id);
  if (server == nullptr) return;
  if (const auto& tools = listing.of(upstream::ListKind::tools)) {
    records_.note_tool_count(server->name, tools->items);
  }
  catalog_.take(id, *config_, *server, std::move(listing));
}

void FleetRecorder::on_memory_changed(UpstreamId id, const upstream::UpstreamMemory& memory) {
  if (server_of(id) == nullptr) return;
  storage::Batch batch;
  batch.put_server(records_.record(*fleet_->view(id), memory));
  store_.write_behind(std::move(batch));
}

void FleetRecorder::on_cascade_guard(bool tripped, std::uint32_t failed, std::uint32_t attempted) {
  cascade_guard_ = tripped;
  if (tripped) {
    base::log::warn(kLog,
                    "{} of {} servers that used to work failed within a minute: a common cause is "
                    "likely, failures are not counted for now",
                    failed, attempted);
  } else {
    base::log::info(kLog, "servers recover: failures are counted again");
  }
  bus_.publish(events::CascadeGuard{tripped, failed, attempted});
}

void FleetRecorder::on_machine_woke(base::Duration slept) {
  std::string reason = fmt::format(
      "The machine was suspended for {} s: all servers are probed, failures are not counted for "
      "now",
      std::chrono::duration_cast<std::chrono::seconds>(slept).count());
  base::log::info(kLog, "{}", reason);
  bus_.publish(events::DaemonStateChanged{events::DaemonState::ready, std::move(reason)});
}

void FleetRecorder::commit_auto_disable(UpstreamId id, std::string reason, CommitDone done) {
  const config::ServerConfig* server = server_of(id);
  const auto view = fleet_->view(id);
  if (server == nullptr || !view) {
    done(base::Error{base::ErrorCode::not_found, "the server is no longer configured", ""});
    return;
  }
  storage::ServerRecord record = records_.record(*view, *view->memory);
  record.auto_disabled = {reason, clock_.wall_now()};
  const std::uint32_t failures = record.consecutive_failures;
  std::string code = record.last_failure ? record.last_failure->code : "";
  storage::Batch batch;
  batch.put_server(record);
  store_.commit(std::move(batch), [this, name = server->name, groups = server->groups, failures,
                                   code = std::move(code), reason = std::move(reason),
                                   done = std::move(done)](base::Result<void> committed) {
    const bool ok = committed.ok();
    done(std::move(committed));
    if (!ok) return;
    base::log::warn(kLog, "{}: auto-disabled after {} failures: {}", name, failures, reason);
    bus_.publish(events::ServerAutoDisabled{name, groups, failures, code, reason});
  });
}

void FleetRecorder::on_notification(const upstream::NoticeSource& source, std::string_view method,
                                    std::string_view params) {
  if (news_->on_notification(source, method, params)) return;
  base::log::debug(kLog, "{} sent {}", fleet_->view(source.upstream)->spec->name, method);
}

bool FleetRecorder::on_server_request(const upstream::ServerRequestRef& request,
                                      upstream::CallerKey caller, std::string_view method,
                                      std::string_view params) {
  if (questions_->on_asked(request, caller, method, params)) return true;
  base::log::debug(kLog, "{} asked for {}: refused", fleet_->view(request.upstream)->spec->name,
                   method);
  return false;
}

}  // namespace proxy::daemon
