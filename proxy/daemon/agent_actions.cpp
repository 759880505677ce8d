#include "proxy/daemon/agent_actions.h"

#include <algorithm>

#include "base/nearest.h"
#include "protocol/agent_text.h"
#include "proxy/rest/group_body.h"
#include "proxy/rest/json_out.h"
#include "proxy/rest/stranger_view.h"
#include "proxy/rest/why.h"

namespace proxy::daemon {
namespace {

using rest::GroupActionAnswer;
using rest::ServerActionAnswer;
using tools::ManagementRequest;
using tools::Operation;

bool has_key(const ManagementRequest& request) {
  return request.caller == security::Principal::key_holder;
}

// What failed may name an address: callers without the key get the code alone.
std::string_view failure_of(const rest::LastError& error, const ManagementRequest& request) {
  return has_key(request) ? std::string_view(error.message) : base::to_string(error.code);
}

void write_row(base::JsonWriter& json, const rest::ServerRow& row,
               const ManagementRequest& request) {
  json.begin_object().field("name", row.name).field("state", upstream::to_string(row.state));
  json.field("startup_mode", config::to_string(row.startup_mode)).field("tools", row.tool_count);
  if (!row.groups.empty()) {
    json.key("groups").begin_array();
    for (const std::string_view group : row.groups) json.value(group);
    json.end_array();
  }
  if (row.stopped_by) json.field("stopped_by", config::to_string(*row.stopped_by));
  if (!row.held_by.empty()) json.field("held_by", row.held_by);
  if (row.last_error && row.last_error->current) {
    json.field("last_error", failure_of(*row.last_error, request));
  }
  json.end_object();
}

base::Result<void> check_state(std::string_view word) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < upstream::kStateCount; ++i) {
    names.push_back(upstream::to_string(static_cast<upstream::State>(i)));
  }
  if (word.empty() || std::ranges::find(names, word) != names.end()) return base::kDone;
  return base::Error{base::ErrorCode::invalid_argument,
                     fmt::format("there is no state {}.{}", word.substr(0, 60),
                                 base::did_you_mean(base::nearest(word, names, 3))),
                     fmt::format("use one of {}", fmt::join(names, ", "))};
}

// The answer of an action as REST gives it.
template <class Done>
rest::Answer<Done> as_json(tools::ManagementActions::Answer answer, std::string_view action) {
  return [answer = std::move(answer), action = std::string(action)](base::Result<Done> done) {
    if (done) {
      answer(rest::to_json(*done, action));
    } else {
      answer(std::move(done).error());
    }
  };
}

}  // namespace

base::Result<std::string> AgentActions::list_servers(const ManagementRequest& request) {
  if (auto known = check_state(request.state); !known) return std::move(known).error();
  if (!request.group.empty()) {
    if (auto known = service_.group(request.group); !known) return std::move(known).error();
  }
  std::string out;
  base::JsonWriter json(out);
  json.begin_array();  // an array: what is too long for an answer is cut between servers
  for (const rest::ServerRow& row : service_.servers().servers) {
    if (!request.state.empty() && upstream::to_string(row.state) != request.state) continue;
    if (!request.group.empty() &&
        std::ranges::find(row.groups, request.group) == row.groups.end()) {
      continue;
    }
    write_row(json, row, request);
  }
  json.end_array();
  return out;
}

base::Result<std::string> AgentActions::show(const ManagementRequest& request) {
  const auto detail = service_.server(request.name);
  if (!detail) return detail.error();
  return has_key(request) ? rest::to_json(*detail, clock_.wall_now())
                          : rest::stranger_json(*detail);
}

base::Result<std::string> AgentActions::explain(const ManagementRequest& request) {
  const auto detail = service_.server(request.name);
  if (!detail) return detail.error();
  const rest::Explanation explanation =
      has_key(request) ? rest::explain(*detail) : rest::explain_to_stranger(*detail);
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().field("server", request.name);
  json.field("state", upstream::to_string(detail->row.state));
  json.field("summary", explanation.summary).field("fix", explanation.fix);
  json.key("last_words").begin_array();
  if (has_key(request)) {
    for (const std::string_view line : detail->stderr_tail) json.value(line);
  }
  json.end_array().end_object();
  return out;
}

void AgentActions::manage(const ManagementRequest& request, Answer given) {
  // Descriptions, errors and last words are a server's: what hides in them is for nobody.
  Answer answer = [given = std::move(given)](base::Result<std::string> json) {
    given(json ? base::Result<std::string>(protocol::agent_json(*json)) : std::move(json));
  };
  if (request.kind == tools::ManagedKind::server) {
    manage_server(request, std::move(answer));
  } else {
    manage_group(request, std::move(answer));
  }
}

void AgentActions::manage_server(const ManagementRequest& request, Answer answer) {
  const auto act = [&](rest::ServerAction action) {
    service_.act_on_server(request.name, action, config::Actor::agent,
                           as_json<ServerActionAnswer>(std::move(answer), to_string(action)));
  };
  switch (request.operation) {
    case Operation::list:
      return answer(list_servers(request));
    case Operation::show:
      return answer(show(request));
    case Operation::why:
      return answer(explain(request));
    case Operation::enable:
      return act(rest::ServerAction::enable);
    case Operation::disable:
      return act(rest::ServerAction::disable);
    case Operation::restart:
      return act(rest::ServerAction::restart);
    case Operation::quarantine:
      return act(rest::ServerAction::quarantine);
    case Operation::add:
      return service_.add_server(request.config, config::Actor::agent,
                                 as_json<ServerActionAnswer>(std::move(answer), "add"));
    case Operation::update:
      return service_.update_server(request.name, request.config, {}, config::Actor::agent,
                                    as_json<ServerActionAnswer>(std::move(answer), "update"));
    case Operation::remove:
      service_.remove_server(
          request.name, {}, config::Actor::agent,
          [answer, name = request.name](const base::Result<void>& removed) {
            if (!removed) return answer(removed.error());
            std::string out;
            base::JsonWriter(out).begin_object().field("removed", name).end_object();
            answer(std::move(out));
          });
  }
}

void AgentActions::manage_group(const ManagementRequest& request, Answer answer) {
  const auto act = [&](rest::GroupAction action) {
    service_.act_on_group(request.name, action, config::Actor::agent,
                          as_json<GroupActionAnswer>(std::move(answer), to_string(action)));
  };
  switch (request.operation) {
    case Operation::list:
      return answer(rest::to_json(service_.groups()));
    case Operation::show: {
      const auto detail = service_.group(request.name);
      return answer(detail ? base::Result<std::string>(rest::to_json(*detail)) : detail.error());
    }
    case Operation::enable:
      return act(rest::GroupAction::enable);
    case Operation::disable:
      return act(rest::GroupAction::disable);
    case Operation::restart:
      return act(rest::GroupAction::restart);
    case Operation::add: {
      auto draft = rest::group_draft_from(request.config);
      if (!draft) return answer(std::move(draft).error());
      return service_.add_group(*std::move(draft), config::Actor::agent,
                                as_json<GroupActionAnswer>(std::move(answer), "add"));
    }
    case Operation::update: {
      auto changes = rest::group_changes_from(request.config);
      if (!changes) return answer(std::move(changes).error());
      return service_.update_group(request.name, *std::move(changes), {}, config::Actor::agent,
                                   as_json<GroupActionAnswer>(std::move(answer), "update"));
    }
    case Operation::remove:
      return service_.remove_group(request.name, {}, config::Actor::agent,
                                   as_json<GroupActionAnswer>(std::move(answer), "remove"));
    case Operation::why:
    case Operation::quarantine:
      break;  // servers only: management_request() refuses them
  }
}

}  // namespace proxy::daemon
