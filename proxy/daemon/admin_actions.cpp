// The part of Admin that changes things: intent through the file, restarts through the fleet.
#include "proxy/config/edit.h"
#include "proxy/config/groups.h"
#include "proxy/daemon/admin.h"
#include "proxy/daemon/server_warnings.h"
#include "proxy/routing/router.h"

namespace proxy::daemon {
namespace {

using config::StartupMode;
using upstream::State;

// `holders`: the group itself, or ancestors of it.
base::Error held_back(std::string_view group, const std::vector<std::string>& holders) {
  const bool itself = holders.front() == group;
  return {base::ErrorCode::server_disabled,
          itself ? fmt::format("group {} is disabled: none of its servers may run", group)
                 : fmt::format("group {} is held by group {}, which is disabled", group,
                               fmt::join(holders, ", ")),
          fmt::format("start them with: mcptrunk groups enable {}",
                      fmt::join(holders, "; mcptrunk groups enable "))};
}

// What the store is to hold once the server is no longer auto-disabled.
storage::ServerRecord cleared_record(const ServerRecords& records,
                                     const upstream::UpstreamView& view) {
  upstream::UpstreamMemory memory = *view.memory;
  memory.auto_disabled.reset();
  memory.consecutive_failures = 0;
  return records.record(view, memory);
}

// Held by a group, disabled by hand or quarantined: a restart leaves it where it is.
bool stays_stopped(base::ErrorCode code) {
  return code == base::ErrorCode::server_disabled || code == base::ErrorCode::server_quarantined;
}

}  // namespace

rest::ServerActionAnswer Admin::answer_for(const std::string& name, bool changed) const {
  rest::ServerActionAnswer answer;
  answer.server = name;
  answer.changed = changed;
  if (const config::ServerConfig* server = parts_.intent.config()->find_server(name)) {
    answer.startup_mode = server->startup_mode;
  }
  if (const std::string* other = look_alike_of(name)) {
    answer.warnings.push_back(look_alike_warning(*other));
  }
  if (const auto id = parts_.fleet.find(name)) {
    const auto view = parts_.fleet.view(*id);
    answer.state = view->state;
    answer.held_by = view->spec->held_by;
  }
  return answer;
}

void Admin::commit_cleared(const std::string& name, std::function<void(base::Result<void>)> then) {
  const auto id = parts_.fleet.find(name);
  const auto view = id ? parts_.fleet.view(*id) : std::nullopt;
  if (!view || !view->memory->auto_disabled) {
    then(base::kDone);
    return;
  }
  storage::Batch batch;
  batch.put_server(cleared_record(parts_.recorder.records(), *view));
  parts_.store.commit(std::move(batch), std::move(then));
}

void Admin::restart_server(const std::string& name, rest::Answer<rest::ServerActionAnswer> answer) {
  commit_cleared(name, [this, name, answer = std::move(answer)](base::Result<void> committed) {
    const auto id = parts_.fleet.find(name);
    if (!committed) {
      answer(std::move(committed).error());
    } else if (!id) {
      answer(routing::unknown_server(parts_.fleet, name));
    } else if (const auto restarted = parts_.fleet.restart(*id); !restarted) {
      answer(restarted.error());
    } else {
      answer(answer_for(name, true));
    }
  });
}

void Admin::act_on_server(std::string_view name, rest::ServerAction action, config::Actor actor,
                          rest::Answer<rest::ServerActionAnswer> answer) {
  const config::ServerConfig* server = parts_.intent.config()->find_server(name);
  const auto id = parts_.fleet.find(name);
  if (server == nullptr || !id) {
    answer(routing::unknown_server(parts_.fleet, name));
    return;
  }
  if (action == rest::ServerAction::restart) {
    restart_server(server->name, std::move(answer));
    return;
  }
  const bool is_quarantined = server->startup_mode == StartupMode::quarantined;
  if (action == rest::ServerAction::enable && is_quarantined) {
    answer(config::needs_approval(server->name));
    return;
  }
  StartupMode mode = server->startup_mode;
  switch (action) {
    case rest::ServerAction::enable:
      if (mode == StartupMode::disabled) mode = config::released_mode(*server);
      break;
    case rest::ServerAction::approve:
      if (is_quarantined) mode = config::released_mode(*server);
      break;
    case rest::ServerAction::disable:
      mode = StartupMode::disabled;
      break;
    case rest::ServerAction::quarantine:
      mode = StartupMode::quarantined;
      break;
    case rest::ServerAction::restart:
      break;
  }
  if (action == rest::ServerAction::disable && is_quarantined) {
    answer(
        answer_for(server->name, false));  // held already, and disabling must not release it later
    return;
  }
  parts_.intent.change({config::SetServerMode{{server->name}, mode}}, actor,
                       [this, name = server->name, action,
                        answer = std::move(answer)](base::Result<bool> changed) mutable {
                         if (!changed) {
                           answer(std::move(changed).error());
                         } else if (action == rest::ServerAction::enable) {
                           enable_again(name, *changed, std::move(answer));
                         } else {
                           answer(answer_for(name, *changed));
                         }
                       });
}

void Admin::enable_again(const std::string& name, bool changed,
                         rest::Answer<rest::ServerActionAnswer> answer) {
  const auto id = parts_.fleet.find(name);
  const bool was_auto_disabled = id && parts_.fleet.view(*id)->state == State::auto_disabled;
  commit_cleared(name, [this, name, changed = changed || was_auto_disabled,
                        answer = std::move(answer)](base::Result<void> committed) {
    if (!committed) {
      answer(std::move(committed).error());
      return;
    }
    if (const auto known = parts_.fleet.find(name)) parts_.fleet.reset_auto_disable(*known);
    answer(answer_for(name, changed));
  });
}

// One transaction for all members; only then does anything restart.
void Admin::restart_group(const std::string& name, rest::Answer<rest::GroupActionAnswer> answer) {
  storage::Batch batch;
  bool any = false;
  for (const rest::GroupMember& member : group_answer(name).members) {
    const auto view = parts_.fleet.view(*parts_.fleet.find(member.server));
    if (!view->memory->auto_disabled) continue;
    batch.put_server(cleared_record(parts_.recorder.records(), *view));
    any = true;
  }
  auto then = [this, name, answer = std::move(answer)](const base::Result<void>& committed) {
    if (!committed) {
      answer(committed.error());
      return;
    }
    rest::GroupActionAnswer done = group_answer(name);
    for (const rest::GroupMember& member : done.members) {
      const auto restarted = parts_.fleet.restart(*parts_.fleet.find(member.server));
      if (restarted) {
        ++done.updated;
      } else if (stays_stopped(restarted.error().code)) {
        ++done.unchanged;
      } else {
        done.failed.push_back({member.server, restarted.error()});
      }
    }
    answer(std::move(done));
  };
  if (any) {
    parts_.store.commit(std::move(batch), std::move(then));
  } else {
    then(base::kDone);
  }
}

void Admin::act_on_group(std::string_view name, rest::GroupAction action, config::Actor actor,
                         rest::Answer<rest::GroupActionAnswer> answer) {
  const config::GroupConfig* group = parts_.intent.config()->find_group(name);
  if (group == nullptr) {
    answer(config::no_group(*parts_.intent.config(), name));
  } else if (action == rest::GroupAction::restart) {
    if (const auto held = config::holders_of(*parts_.intent.config(), group->name); !held.empty()) {
      answer(held_back(group->name, held));
      return;
    }
    restart_group(group->name, std::move(answer));
  } else {
    const bool enabled = action == rest::GroupAction::enable;
    const std::string known = group->name;
    change_group(known, known, {config::SetGroupEnabled{known, enabled}}, actor, std::move(answer));
  }
}

}  // namespace proxy::daemon
