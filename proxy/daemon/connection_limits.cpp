#include "proxy/daemon/connection_limits.h"

namespace proxy::daemon {

http::Limits connection_limits(const config::Config& config, rlim_t files_max) {
  constexpr std::size_t kFilesOfOwn = 128;
  constexpr std::size_t kFilesOfServer = 6;
  constexpr std::size_t kPlacesMin = 64;
  http::Limits limits;
  const std::size_t needed = kFilesOfOwn + kFilesOfServer * config.servers.size();
  const std::size_t spare = files_max > needed ? files_max - needed : 0;
  // Half of it stays for instances and servers to come, the rest is for two kinds of connections.
  const std::size_t places = std::clamp(spare / 4, kPlacesMin, limits.connections_max);
  limits.connections_max = limits.unix_connections_max = places;
  limits.connections_of_peer_max = places / 2;
  limits.body_bytes_max = config.limits.message_bytes_max;
  limits.queue_bytes_max = std::max(limits.queue_bytes_max, 2 * limits.body_bytes_max);
  return limits;
}

}  // namespace proxy::daemon
