#include "base/socket_owner.h"

namespace base {

std::optional<uid_t> tcp_peer_uid(int /*descriptor*/) {
  return std::nullopt;
}

}  // namespace base
