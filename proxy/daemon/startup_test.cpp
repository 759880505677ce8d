#include "proxy/daemon/startup.h"

#include <catch2/catch.hpp>

#include "base/sim_file_system.h"

namespace proxy::daemon {
namespace {

constexpr const char* kPath = "/home/me/.mcptrunk/mcp_config.json";

DaemonOptions first_start() {
  DaemonOptions options;
  options.config_path = kPath;
  options.config_may_be_missing = true;
  options.listen = config::Listen{"127.0.0.1", 4711};
  return options;
}

TEST_CASE("a first start needs no configuration, and says where one would be read", "[daemon]") {
  base::SimFileSystem files;
  const auto loaded = load_config(files, first_start());
  REQUIRE(loaded.ok());
  CHECK(loaded->config.servers.empty());
  CHECK(loaded->config.listen.port == 4711);
  REQUIRE(loaded->notes.size() == 1);
  CHECK(loaded->notes[0].find(std::string("or write them to ") + kPath) != std::string::npos);
}

TEST_CASE("a file that was named must be there; the answer says how to begin", "[daemon]") {
  base::SimFileSystem files;
  DaemonOptions options = first_start();
  options.config_may_be_missing = false;
  const auto loaded = load_config(files, options);
  REQUIRE_FALSE(loaded.ok());
  CHECK(loaded.error().code == base::ErrorCode::config_invalid);
  CHECK(loaded.error().message == std::string("there is no file ") + kPath);
  CHECK(loaded.error().remedy.find("echo '{\"mcpServers\": {}}' > /home/me") != std::string::npos);
}

TEST_CASE("mistakes are told with the path of the file, a line each; slips are noted", "[daemon]") {
  base::SimFileSystem files;
  REQUIRE(files.create_dirs("/home/me/.mcptrunk", 0700).ok());
  SECTION("mistakes") {
    REQUIRE(files.write_new(kPath, R"({"tools_limit":"x","mcpServers":{"a":{}}})", 0600).ok());
    const auto loaded = load_config(files, first_start());
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.error().message.starts_with(std::string(kPath) + " cannot be used:\nline 1"));
    CHECK(loaded.error().message.find(", mcpServers.a: neither") != std::string::npos);
    CHECK(loaded.error().remedy.find(kPath) != std::string::npos);
  }
  SECTION("slips") {
    REQUIRE(files.write_new(kPath, R"({"mcpServrs":{}})", 0600).ok());
    const auto loaded = load_config(files, first_start());
    REQUIRE(loaded.ok());
    REQUIRE(loaded->notes.size() == 1);
    CHECK(loaded->notes[0].find("did you mean \"mcpServers\"") != std::string::npos);
  }
}

}  // namespace
}  // namespace proxy::daemon
