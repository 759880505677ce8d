// REST's questions, answered from the daemon's parts. Resource.
//
// Ownership: the daemon's; everything it is given outlives it, and the answers it owes.
// Threads:   the loop thread.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "proxy/config/look_alikes.h"
#include "proxy/daemon/admin_calls.h"
#include "proxy/daemon/fleet_recorder.h"
#include "proxy/daemon/intent.h"
#include "proxy/daemon/live_catalog.h"
#include "proxy/daemon/reloader.h"
#include "proxy/downstream/call_table.h"
#include "proxy/downstream/session_table.h"
#include "proxy/downstream/sse_connections.h"
#include "proxy/http/server.h"
#include "proxy/rest/admin_service.h"
#include "upstream/transport/log_directory.h"

namespace proxy::daemon {

struct AdminParts {
  base::FileSystem& files;
  const base::Clock& clock;
  const catalog::Catalog& catalog;
  const search::ToolIndex& index;
  const LiveCatalog& live_catalog;
  upstream::Fleet& fleet;
  storage::Store& store;
  const FleetRecorder& recorder;
  const upstream::LogDirectory& logs;
  Intent& intent;
  const events::EventBus& bus;
  const downstream::SessionTable& sessions;
  const downstream::SseConnections& sse_connections;
  const downstream::CallTable& calls;
  AdminCalls& admin_calls;
};

// What is fixed once the daemon listens.
struct DaemonIdentity {
  std::string url;
  std::string data_dir;
  std::string config_path;
  base::WallTime started{};
  base::TimePoint started_at{};
  std::shared_ptr<const config::Config> config;  // as it was then; null: it does not listen yet
  bool knows_local_users = true;                 // base::can_know_tcp_peers()
};

class Admin final : public rest::AdminService {
 public:
  explicit Admin(const AdminParts& parts) : parts_(parts) {}
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  void set_identity(DaemonIdentity identity) { identity_ = std::move(identity); }
  void set_server(const http::Server& server) { server_ = &server; }
  void set_reloader(const Reloader& reloader) { reloader_ = &reloader; }
  void set_state(events::DaemonState state) { state_ = state; }
  void set_store_available(bool available) { store_available_ = available; }

  rest::DaemonStatus status() override;
  base::Result<void> readiness() override;
  rest::ServerList servers() override;
  base::Result<rest::ServerDetail> server(std::string_view name) override;
  base::Result<std::vector<rest::ToolView>> server_tools(std::string_view name) override;
  void server_log(std::string_view name, std::uint32_t lines_max,
                  rest::Answer<std::vector<std::string>> answer) override;
  void act_on_server(std::string_view name, rest::ServerAction action, config::Actor actor,
                     rest::Answer<rest::ServerActionAnswer> answer) override;
  void add_server(std::string_view json, config::Actor actor,
                  rest::Answer<rest::ServerActionAnswer> answer) override;
  void update_server(std::string_view name, std::string_view patch, const config::IfMatch& if_match,
                     config::Actor actor, rest::Answer<rest::ServerActionAnswer> answer) override;
  void remove_server(std::string_view name, const config::IfMatch& if_match, config::Actor actor,
                     rest::Answer<void> answer) override;
  base::Result<rest::ToolPage> tools(std::uint32_t limit, std::string_view cursor) override;
  base::Result<rest::ToolView> tool(std::string_view id) override;
  base::Result<rest::SearchAnswer> search(const rest::SearchRequest& request) override;
  std::unique_ptr<rest::RunningCall> call(rest::ToolCall call,
                                          rest::Answer<std::string_view> answer) override;
  base::Result<std::vector<storage::ActivityRecord>> activity(
      const storage::ActivityQuery& query) override;
  rest::GroupList groups() override;
  void act_on_group(std::string_view name, rest::GroupAction action, config::Actor actor,
                    rest::Answer<rest::GroupActionAnswer> answer) override;
  base::Result<rest::GroupDetail> group(std::string_view name) override;
  void add_group(rest::GroupDraft draft, config::Actor actor,
                 rest::Answer<rest::GroupActionAnswer> answer) override;
  void update_group(std::string_view name, rest::GroupChanges changes,
                    const config::IfMatch& if_match, config::Actor actor,
                    rest::Answer<rest::GroupActionAnswer> answer) override;
  void remove_group(std::string_view name, const config::IfMatch& if_match, config::Actor actor,
                    rest::Answer<rest::GroupActionAnswer> answer) override;
  rest::ConfigView config() override;
  void replace_config(config::Config config, const config::IfMatch& if_match,
                      rest::Answer<rest::ConfigChange> answer) override;
  void backup(std::string name, rest::Answer<std::string> answer) override;

 private:
  rest::ServerRow row_of(const config::ServerConfig& server) const;
  rest::ToolView view_of(const catalog::ServerCatalog& server, const catalog::Tool& tool) const;
  rest::ServerActionAnswer answer_for(const std::string& name, bool changed) const;
  rest::GroupRow row_of(const config::GroupConfig& group) const;
  rest::GroupActionAnswer group_answer(const std::string& name) const;
  // What became of the members since `before`.
  rest::GroupActionAnswer group_difference(const std::string& name,
                                           const std::vector<rest::GroupMember>& before) const;
  // Makes the edits, and answers for the group under the name it has then.
  void change_group(const std::string& name, const std::string& name_after,
                    std::vector<config::Edit> edits, config::Actor actor,
                    rest::Answer<rest::GroupActionAnswer> answer);
  void restart_group(const std::string& name, rest::Answer<rest::GroupActionAnswer> answer);
  // The server of the running configuration whose name it looks like; null when there is none.
  const std::string* look_alike_of(std::string_view server) const;
  // The running configuration with its secrets masked.
  const config::Config& masked();
  // Makes it durable that the server is no longer auto-disabled, then runs `then`; at once when it
  // was not. A power cut must not bring back what was answered as gone.
  void commit_cleared(const std::string& name, std::function<void(base::Result<void>)> then);
  void enable_again(const std::string& name, bool changed,
                    rest::Answer<rest::ServerActionAnswer> answer);
  void restart_server(const std::string& name, rest::Answer<rest::ServerActionAnswer> answer);

  AdminParts parts_;
  DaemonIdentity identity_;
  const http::Server* server_ = nullptr;  // null before it listens
  const Reloader* reloader_ = nullptr;    // null before it listens
  events::DaemonState state_ = events::DaemonState::starting;
  bool store_available_ = true;
  mutable std::shared_ptr<const config::Config> look_alikes_of_;
  mutable config::LookAlikes look_alikes_;
  std::shared_ptr<const config::Config> masked_of_;
  config::Config masked_;
};

}  // namespace proxy::daemon
