// What REST asks of the daemon. A seam: the daemon implements it, tests play it.
//
// Ownership: the implementation outlives every Api that uses it, and every answer it owes.
// Threads:   the loop thread. Reads answer at once from memory. An Answer is called exactly once,
//            inside the call or later.
// Errors:    not_found names the nearest names in its remedy; forbidden when management is switched
//            off or the actor may not do it; config_read_only, config_changed and store_unavailable
//            from intent commands.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/config/actor.h"
#include "proxy/config/edit.h"
#include "proxy/rest/admin_types.h"
#include "storage/store.h"

namespace proxy::rest {

template <class T>
using Answer = std::function<void(base::Result<T>)>;

// A call under way. Destroying it cancels the call; its Answer is then never called.
class RunningCall {
 public:
  virtual ~RunningCall() = default;
};

class AdminService {
 public:
  virtual ~AdminService() = default;

  virtual DaemonStatus status() = 0;
  // Serving, whatever the upstreams do: what /readyz says. An error tells why not.
  virtual base::Result<void> readiness() = 0;

  virtual ServerList servers() = 0;
  virtual base::Result<ServerDetail> server(std::string_view name) = 0;
  virtual base::Result<std::vector<ToolView>> server_tools(std::string_view name) = 0;
  // The last `lines_max` lines of the server's log, oldest first; none when it never wrote any.
  virtual void server_log(std::string_view name, std::uint32_t lines_max,
                          Answer<std::vector<std::string>> answer) = 0;
  virtual void act_on_server(std::string_view name, ServerAction action, config::Actor actor,
                             Answer<ServerActionAnswer> answer) = 0;

  // Intent: written to the file before it is answered. `json` is one entry (config/server_json.h),
  // `patch` the fields to change. `if_match` is the etag of what was looked at, nothing for any.
  virtual void add_server(std::string_view json, config::Actor actor,
                          Answer<ServerActionAnswer> answer) = 0;
  virtual void update_server(std::string_view name, std::string_view patch,
                             const config::IfMatch& if_match, config::Actor actor,
                             Answer<ServerActionAnswer> answer) = 0;
  virtual void remove_server(std::string_view name, const config::IfMatch& if_match,
                             config::Actor actor, Answer<void> answer) = 0;

  // `cursor` is empty or a next_cursor; invalid_argument when it is neither.
  virtual base::Result<ToolPage> tools(std::uint32_t limit, std::string_view cursor) = 0;
  // `id` is "server:tool".
  virtual base::Result<ToolView> tool(std::string_view id) = 0;
  // Errors: not_found for an unknown server or group.
  virtual base::Result<SearchAnswer> search(const SearchRequest& request) = 0;
  // Answers the raw JSON object of the upstream's result; the view is valid inside the answer.
  // Returns null when it was answered inside the call.
  virtual std::unique_ptr<RunningCall> call(ToolCall call, Answer<std::string_view> answer) = 0;

  // What is kept of calls, newest first. Blocks for a short read of the store.
  virtual base::Result<std::vector<storage::ActivityRecord>> activity(
      const storage::ActivityQuery& query) = 0;

  virtual GroupList groups() = 0;
  virtual base::Result<GroupDetail> group(std::string_view name) = 0;
  virtual void add_group(GroupDraft draft, config::Actor actor,
                         Answer<GroupActionAnswer> answer) = 0;
  virtual void update_group(std::string_view name, GroupChanges changes,
                            const config::IfMatch& if_match, config::Actor actor,
                            Answer<GroupActionAnswer> answer) = 0;
  virtual void remove_group(std::string_view name, const config::IfMatch& if_match,
                            config::Actor actor, Answer<GroupActionAnswer> answer) = 0;
  virtual void act_on_group(std::string_view name, GroupAction action, config::Actor actor,
                            Answer<GroupActionAnswer> answer) = 0;

  virtual ConfigView config() = 0;
  virtual void replace_config(config::Config config, const config::IfMatch& if_match,
                              Answer<ConfigChange> answer) = 0;
  // A copy of the daemon's state in a new file of that name in backup_dir; empty: a name for it.
  // Answers its path on the daemon's machine. Errors: invalid_argument for what is no plain name,
  // forbidden with read_only_mode.
  virtual void backup(std::string name, Answer<std::string> answer) = 0;
};

}  // namespace proxy::rest
