#include "proxy/rest/admin_types.h"

namespace proxy::rest {

std::string_view to_string(ServerAction action) {
  switch (action) {
    case ServerAction::enable:
      return "enable";
    case ServerAction::disable:
      return "disable";
    case ServerAction::restart:
      return "restart";
    case ServerAction::quarantine:
      return "quarantine";
    case ServerAction::approve:
      return "approve";
  }
  return "";
}

std::string_view to_string(GroupAction action) {
  switch (action) {
    case GroupAction::enable:
      return "enable";
    case GroupAction::disable:
      return "disable";
    case GroupAction::restart:
      return "restart";
  }
  return "";
}

}  // namespace proxy::rest
