#include "proxy/daemon/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstring>
#include <map>

#include "base/unique_fd.h"

namespace proxy::daemon {
namespace {

Variable variables(std::map<std::string, std::string> all) {
  return [all = std::move(all)](const std::string& name) -> std::optional<std::string> {
    const auto found = all.find(name);
    if (found == all.end()) return std::nullopt;
    return found->second;
  };
}

TEST_CASE("the service manager is told the state on its socket", "[daemon]") {
  const std::string name = "@mcptrunk-test-" + std::to_string(::getpid());
  const base::UniqueFd manager(::socket(AF_UNIX, SOCK_DGRAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  REQUIRE(::bind(manager.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);

  CHECK(notify_service_manager(variables({{"NOTIFY_SOCKET", name}}), "READY=1"));
  char text[32] = {};
  REQUIRE(::recv(manager.get(), text, sizeof text - 1, 0) == 7);
  CHECK(std::string(text) == "READY=1");
}

TEST_CASE("without a service manager nothing is said, and nonsense is no address", "[daemon]") {
  CHECK(!notify_service_manager(variables({}), "READY=1"));
  CHECK(!notify_service_manager(variables({{"NOTIFY_SOCKET", "relative"}}), "READY=1"));
  CHECK(!notify_service_manager(variables({{"NOTIFY_SOCKET", std::string(200, '/')}}), "READY=1"));
  CHECK(!notify_service_manager(variables({{"NOTIFY_SOCKET", "/nowhere/to/be/found"}}), "READY=1"));
}

TEST_CASE("a socket meant for another process is not taken", "[daemon]") {
  CHECK(!inherited_socket(variables({}), 42));
  CHECK(!inherited_socket(variables({{"LISTEN_PID", "41"}, {"LISTEN_FDS", "1"}}), 42));
  CHECK(!inherited_socket(variables({{"LISTEN_PID", "42"}, {"LISTEN_FDS", "0"}}), 42));
}

}  // namespace
}  // namespace proxy::daemon
