#include "protocol/method.h"

#include <array>

namespace protocol {
namespace {

struct Row {
  Method method;
  std::string_view text;
};

constexpr std::array kRows{
    Row{Method::unknown, ""},
    Row{Method::initialize, "initialize"},
    Row{Method::ping, "ping"},
    Row{Method::tools_list, "tools/list"},
    Row{Method::tools_call, "tools/call"},
    Row{Method::resources_list, "resources/list"},
    Row{Method::resources_templates_list, "resources/templates/list"},
    Row{Method::resources_read, "resources/read"},
    Row{Method::resources_subscribe, "resources/subscribe"},
    Row{Method::resources_unsubscribe, "resources/unsubscribe"},
    Row{Method::prompts_list, "prompts/list"},
    Row{Method::prompts_get, "prompts/get"},
    Row{Method::completion_complete, "completion/complete"},
    Row{Method::logging_set_level, "logging/setLevel"},
    Row{Method::server_discover, "server/discover"},
    Row{Method::subscriptions_listen, "subscriptions/listen"},
    Row{Method::tasks_get, "tasks/get"},
    Row{Method::tasks_result, "tasks/result"},
    Row{Method::tasks_list, "tasks/list"},
    Row{Method::tasks_cancel, "tasks/cancel"},
    Row{Method::tasks_update, "tasks/update"},
    Row{Method::sampling_create_message, "sampling/createMessage"},
    Row{Method::elicitation_create, "elicitation/create"},
    Row{Method::roots_list, "roots/list"},
    Row{Method::initialized, "notifications/initialized"},
    Row{Method::cancelled, "notifications/cancelled"},
    Row{Method::progress, "notifications/progress"},
    Row{Method::message, "notifications/message"},
    Row{Method::tools_list_changed, "notifications/tools/list_changed"},
    Row{Method::resources_list_changed, "notifications/resources/list_changed"},
    Row{Method::resources_updated, "notifications/resources/updated"},
    Row{Method::prompts_list_changed, "notifications/prompts/list_changed"},
    Row{Method::roots_list_changed, "notifications/roots/list_changed"},
    Row{Method::elicitation_complete, "notifications/elicitation/complete"},
    Row{Method::subscriptions_acknowledged, "notifications/subscriptions/acknowledged"},
    Row{Method::tasks_status, "notifications/tasks/status"},
};
static_assert(kRows.size() == kMethodCount, "one row for each method");
static_assert(
    [] {
      for (std::size_t i = 0; i < kRows.size(); ++i) {
        if (static_cast<std::size_t>(kRows[i].method) != i) return false;
      }
      return true;
    }(),
    "rows stand in the order of the methods");

}  // namespace

std::string_view to_string(Method method) {
  return kRows[static_cast<std::size_t>(method)].text;
}

Method method_from(std::string_view text) {
  if (text == to_string(Method::tools_call)) return Method::tools_call;  // nearly every message
  for (const Row& row : kRows) {
    if (row.text == text) return row.method;
  }
  return Method::unknown;
}

}  // namespace protocol
