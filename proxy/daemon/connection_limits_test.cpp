#include "proxy/daemon/connection_limits.h"

#include <catch2/catch.hpp>

namespace proxy::daemon {
namespace {

config::Config with_servers(std::size_t count) {
  config::Config config;
  config.servers.resize(count);
  return config;
}

TEST_CASE("with descriptors to spare every place that a server offers is there",
          "[connection_limits]") {
  const http::Limits limits = connection_limits(with_servers(159), 1'000'000);
  CHECK(limits.connections_max == http::Limits{}.connections_max);
  CHECK(limits.connections_of_peer_max == limits.connections_max / 2);
}

TEST_CASE("places leave servers and their instances the descriptors they need",
          "[connection_limits]") {
  const rlim_t files = 2048;
  const http::Limits limits = connection_limits(with_servers(100), files);
  CHECK(limits.connections_max + limits.unix_connections_max + 128 + 6 * 100 < files);
  CHECK(limits.connections_max > connection_limits(with_servers(150), files).connections_max);
}

TEST_CASE("with hardly any descriptors some clients are still served", "[connection_limits]") {
  CHECK(connection_limits(with_servers(500), 256).connections_max == 64);
}

TEST_CASE("a stream may queue two of the largest messages", "[connection_limits]") {
  config::Config config;
  config.limits.message_bytes_max = 100U * 1024 * 1024;
  const http::Limits limits = connection_limits(config, 1'000'000);
  CHECK(limits.body_bytes_max == config.limits.message_bytes_max);
  CHECK(limits.queue_bytes_max == 2 * limits.body_bytes_max);
}

}  // namespace
}  // namespace proxy::daemon
