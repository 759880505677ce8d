// The methods of MCP, all five revisions, as an enum: routing is a switch, never a comparison of
// text. Value; pure.
#pragma once
#include <cstdint>
#include <string_view>

namespace protocol {

enum class Method : std::uint8_t {
  unknown,
  // client to server
  initialize,
  ping,
  tools_list,
  tools_call,
  resources_list,
  resources_templates_list,
  resources_read,
  resources_subscribe,
  resources_unsubscribe,
  prompts_list,
  prompts_get,
  completion_complete,
  logging_set_level,
  server_discover,
  subscriptions_listen,
  tasks_get,
  tasks_result,
  tasks_list,
  tasks_cancel,
  tasks_update,
  // server to client
  sampling_create_message,
  elicitation_create,
  roots_list,
  // notifications
  initialized,
  cancelled,
  progress,
  message,
  tools_list_changed,
  resources_list_changed,
  resources_updated,
  prompts_list_changed,
  roots_list_changed,
  elicitation_complete,
  subscriptions_acknowledged,
  tasks_status,
};

inline constexpr std::uint8_t kMethodCount = static_cast<std::uint8_t>(Method::tasks_status) + 1;

// "tools/call" and so on; empty for `unknown`. Static text.
std::string_view to_string(Method method);

// `unknown` for any text that is not exactly a method's name.
Method method_from(std::string_view text);

}  // namespace protocol
