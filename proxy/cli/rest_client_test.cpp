#include "proxy/cli/rest_client.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "base/unique_fd.h"

namespace proxy::cli {
namespace {

TEST_CASE("a daemon that does not answer is told with what else shows how it is") {
  const base::UniqueFd silent(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* place = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(silent.get(), place, size) == 0);
  REQUIRE(::listen(silent.get(), 8) == 0);
  REQUIRE(::getsockname(silent.get(), place, &size) == 0);
  RestClient client({fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port)), {}});
  constexpr std::chrono::milliseconds kSoon{20};
  const auto status = client.get("status", kSoon);
  REQUIRE_FALSE(status.ok());
  CHECK(status.error().code == base::ErrorCode::deadline_exceeded);
  CHECK(status.error().remedy.find("mcptrunk status") == std::string::npos);
  CHECK(status.error().remedy.find("logs/main.log") != std::string::npos);
  CHECK(client.get("servers", kSoon).error().remedy.find("mcptrunk status") != std::string::npos);
}

}  // namespace
}  // namespace proxy::cli
