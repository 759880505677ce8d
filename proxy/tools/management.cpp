#include "proxy/tools/management.h"

#include <fmt/format.h>

#include <array>

#include "base/nearest.h"
#include "proxy/tools/agent_config.h"
#include "proxy/tools/argument_reader.h"

namespace proxy::tools {
namespace {

using protocol::JsonKind;
using protocol::JsonMember;

struct Row {
  Operation operation;
  std::string_view name;
  bool reads;
  bool for_groups;
  bool needs_name;
  bool needs_config;
};
constexpr std::array kRows{
    Row{Operation::list, "list", true, true, false, false},
    Row{Operation::show, "show", true, true, true, false},
    Row{Operation::why, "why", true, false, true, false},
    Row{Operation::enable, "enable", false, true, true, false},
    Row{Operation::disable, "disable", false, true, true, false},
    Row{Operation::restart, "restart", false, true, true, false},
    Row{Operation::quarantine, "quarantine", false, false, true, false},
    Row{Operation::add, "add", false, true, false, true},
    Row{Operation::update, "update", false, true, true, true},
    Row{Operation::remove, "remove", false, true, true, false},
};

std::string_view tool_of(ManagedKind kind) {
  return kind == ManagedKind::server ? "upstream_servers" : "groups";
}

std::span<const std::string_view> names_of(ManagedKind kind) {
  static constexpr std::array<std::string_view, 5> kServerNames{"operation", "name", "state",
                                                                "group", "config"};
  static constexpr std::array<std::string_view, 3> kGroupNames{"operation", "name", "config"};
  if (kind == ManagedKind::server) return kServerNames;
  return kGroupNames;
}

const Row& row_of(Operation operation) {
  return kRows[static_cast<std::size_t>(operation)];
}

base::Result<Operation> operation_from(ManagedKind kind, std::string_view word) {
  if (word == "approve" || word == "unquarantine" || word == "release") {
    return base::Error{base::ErrorCode::forbidden, "approving never works over MCP",
                       "a person does it, with: mcptrunk servers approve NAME"};
  }
  std::vector<std::string_view> names;
  for (const Row& row : kRows) {
    if (kind == ManagedKind::group && !row.for_groups) continue;
    if (row.name == word) return row.operation;
    names.push_back(row.name);
  }
  return invalid_argument(
      fmt::format("{} knows no operation {}.{}", tool_of(kind), word.substr(0, 60),
                  base::did_you_mean(base::nearest(word, names, 3))),
      fmt::format("use one of {}", fmt::join(names, ", ")));
}

base::Result<void> make_safe(ManagementRequest& request) {
  if (request.kind == ManagedKind::group) return base::kDone;
  if (request.operation == Operation::update) return check_patch(request.config);
  auto safe = quarantined_entry(request.config);
  if (!safe) return std::move(safe).error();
  request.config = *std::move(safe);
  return base::kDone;
}

}  // namespace

bool only_reads(Operation operation) {
  return row_of(operation).reads;
}

base::Result<ManagementRequest> management_request(ManagedKind kind, std::string_view arguments) {
  ManagementRequest request;
  request.kind = kind;
  std::string word = "list";
  ArgumentReader reader(tool_of(kind), names_of(kind));
  auto read = reader.read(arguments, [&](const JsonMember& member) {
    if (member.kind == JsonKind::null) return;
    if (member.key_is("operation")) reader.text(member, word);
    if (member.key_is("name")) reader.text(member, request.name);
    if (member.key_is("state")) reader.text(member, request.state);
    if (member.key_is("group")) reader.text(member, request.group);
    if (member.key_is("config") && reader.expect(member, JsonKind::object)) {
      request.config = member.value;
    }
  });
  if (!read) return std::move(read).error();
  const auto operation = operation_from(kind, word);
  if (!operation) return operation.error();
  request.operation = *operation;
  const Row& row = row_of(*operation);
  if (row.needs_name && request.name.empty()) {
    return invalid_argument(fmt::format("{} needs the name to {}", tool_of(kind), row.name),
                            R"(pass {"operation":..,"name":..}; the operation list shows names)");
  }
  if (!row.needs_config) return request;
  if (request.config.empty()) {
    return invalid_argument(fmt::format("{} needs config to {}", tool_of(kind), row.name),
                            "pass its fields as a JSON object");
  }
  if (auto safe = make_safe(request); !safe) return std::move(safe).error();
  return request;
}

std::optional<base::Error> ManagementTools::refusal(const ManagementRequest& request,
                                                    security::Principal caller) const {
  if (only_reads(request.operation)) return std::nullopt;
  const std::string message = fmt::format(
      "{} may not {} over MCP",
      caller == security::Principal::key_holder ? "agents" : "a caller without the API key",
      row_of(request.operation).name);
  if (!writes_allowed_) {
    return base::Error{base::ErrorCode::forbidden, message,
                       "ask a person to do it with the mcptrunk command; to let agents do it takes "
                       "both: allow_mcp_management in the configuration, and a client that "
                       "connects with the API key (X-API-Key or Authorization: Bearer)"};
  }
  if (caller == security::Principal::key_holder) return std::nullopt;
  return base::Error{base::ErrorCode::forbidden, message,
                     "connect with the API key (X-API-Key or Authorization: Bearer)"};
}

void ManagementTools::run(ManagedKind kind, security::Principal caller, std::string_view arguments,
                          ManagementActions::Answer answer) {
  auto request = management_request(kind, arguments);
  if (!request) {
    answer(std::move(request).error());
    return;
  }
  request->caller = caller;
  if (auto refused = refusal(*request, caller)) {
    answer(*std::move(refused));
    return;
  }
  actions_.manage(*request, std::move(answer));
}

}  // namespace proxy::tools
