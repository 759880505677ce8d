#include "proxy/tools/argument_reader.h"

namespace proxy::tools {

std::string_view kind_name(protocol::JsonKind kind) {
  switch (kind) {
    case protocol::JsonKind::null:
      return "null";
    case protocol::JsonKind::boolean:
      return "a boolean";
    case protocol::JsonKind::number:
      return "a number";
    case protocol::JsonKind::string:
      return "a string";
    case protocol::JsonKind::array:
      return "an array";
    case protocol::JsonKind::object:
      break;
  }
  return "an object";
}

}  // namespace proxy::tools
