#include "proxy/activity/tool_uses.h"

#include "search/usage_prior.h"

namespace proxy::activity {

ToolUses::Server& ToolUses::server_of(upstream::UpstreamId id, std::string_view name) {
  if (id >= servers_.size()) servers_.resize(id + std::size_t{1});
  if (servers_[id] == nullptr) {
    servers_[id] = std::make_unique<Server>();
    servers_[id]->name = name;
  }
  return *servers_[id];
}

void ToolUses::restore(upstream::UpstreamId id, const storage::ToolUsesRecord& record) {
  Server& server = server_of(id, record.server);
  for (const storage::ToolUsesRecord::Use& use : record.tools) {
    if (server.tools.size() >= kToolsMax) break;
    server.tools[use.tool] = {use.successes, use.failures, use.last_at};
  }
  set_priors(server);
}

void ToolUses::note(upstream::UpstreamId id, std::string_view server_name, std::string_view tool,
                    bool success) {
  Server& server = server_of(id, server_name);
  auto found = server.tools.find(tool);
  if (found == server.tools.end()) {
    if (server.tools.size() >= kToolsMax) return;
    found = server.tools.emplace(tool, Use{}).first;
  }
  Use& use = found->second;
  ++(success ? use.successes : use.failures);
  use.last_at = runtime_.clock.wall_now();
  server.changed = true;
  if (!flush_timer_.armed()) runtime_.start(flush_timer_, kFlushDelay);
}

void ToolUses::apply(upstream::UpstreamId id) {
  if (id < servers_.size() && servers_[id] != nullptr) set_priors(*servers_[id]);
}

void ToolUses::forget(upstream::UpstreamId id) {
  if (id < servers_.size()) servers_[id].reset();
}

void ToolUses::set_in_search(bool in_search) {
  if (in_search_ == in_search) return;
  in_search_ = in_search;
  for (const auto& server : servers_) {
    if (server != nullptr) set_priors(*server);
  }
}

void ToolUses::set_priors(const Server& server) {
  const base::WallTime now = runtime_.clock.wall_now();
  for (const auto& [tool, use] : server.tools) {
    const auto age = std::chrono::duration_cast<std::chrono::hours>(now - use.last_at);
    const float prior = in_search_ ? search::usage_prior({use.successes, use.failures, age}) : 0.0F;
    index_.set_prior(server.name, tool, prior);
  }
}

void ToolUses::save(const Server& server) {
  storage::ToolUsesRecord record{server.name, {}};
  record.tools.reserve(server.tools.size());
  for (const auto& [tool, use] : server.tools) {
    record.tools.push_back({tool, use.successes, use.failures, use.last_at});
  }
  storage::Batch batch;
  batch.put_uses(record);
  store_.write_behind(std::move(batch));
}

void ToolUses::flush() {
  for (const auto& server : servers_) {
    if (server == nullptr || !server->changed) continue;
    server->changed = false;
    set_priors(*server);
    save(*server);
  }
}

}  // namespace proxy::activity
