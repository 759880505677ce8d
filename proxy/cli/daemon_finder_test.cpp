#include "proxy/cli/daemon_finder.h"

#include <catch2/catch.hpp>

#include "base/sim_file_system.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/rest_client.h"
#include "proxy/cli/test_console.h"

namespace proxy::cli {
namespace {

struct Machine {
  base::SimFileSystem files;
  Environment env = environment({{"HOME", "/home/u"}});

  void write(const std::string& path, std::string_view text) {
    REQUIRE(files.create_dirs(base::parent_dir(path), 0700).ok());
    REQUIRE(files.write_new(path, text, 0600).ok());
  }
};

TEST_CASE("the daemon is found through the files it leaves in the default data directory") {
  Machine machine;
  machine.write("/home/u/.mcptrunk/daemon.json", R"({"url":"http://127.0.0.1:8123","pid":7})");
  machine.write("/home/u/.mcptrunk/api_key", "secret\n");
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE(found.ok());
  CHECK(found->url == "http://127.0.0.1:8123");
  CHECK(found->api_key == "secret");
}

TEST_CASE(
    "the data directory: option, then environment, then the configuration, then the default") {
  Machine machine;
  CHECK(data_dir({}, machine.env, machine.files) == "/home/u/.mcptrunk");
  machine.write("/home/u/.mcptrunk/mcp_config.json", R"({"data_dir":"~/trunk","mcpServers":[]})");
  CHECK(data_dir({}, machine.env, machine.files) == "/home/u/trunk");
  machine.env = environment({{"HOME", "/home/u"}, {"MCPTRUNK_DATA_DIR", "/var/t"}});
  CHECK(data_dir({}, machine.env, machine.files) == "/var/t");
  DaemonOptions options;
  options.data_dir = "/opt/t";
  CHECK(data_dir(options, machine.env, machine.files) == "/opt/t");
}

TEST_CASE("the daemon is found while its configuration is being mended") {
  for (const char* broken :
       {R"({"data_dir":"~/trunk","mcpServers":{"a":{}}})", R"({"data_dir" : "~/trunk", )",
        R"({"mcpServers": [,], "data_dir":"~/tr\u0075nk"})"}) {
    CAPTURE(broken);
    Machine machine;
    machine.write("/home/u/.mcptrunk/mcp_config.json", broken);
    CHECK(data_dir({}, machine.env, machine.files) == "/home/u/trunk");
  }
  for (const char* broken : {"{", R"({"data_dir":5,)", R"({"data_dir":"~/tr)", R"("data_dir")"}) {
    CAPTURE(broken);
    Machine machine;
    machine.write("/home/u/.mcptrunk/mcp_config.json", broken);
    CHECK(data_dir({}, machine.env, machine.files) == "/home/u/.mcptrunk");
  }
}

TEST_CASE("a key and a directory may be variables of the environment in the configuration") {
  Machine machine;
  machine.env = environment({{"HOME", "/home/u"}, {"KEY", "from-env"}, {"WHERE", "/srv"}});
  machine.write("/home/u/.mcptrunk/mcp_config.json",
                R"({"data_dir":"${WHERE}/t","api_key":"${env:KEY}","mcpServers":[]})");
  machine.write("/srv/t/daemon.json", R"({"url":"http://127.0.0.1:8123","pid":7})");
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE(found.ok());
  CHECK(found->api_key == "from-env");
}

TEST_CASE("options and environment win over the files") {
  Machine machine;
  machine.write("/home/u/.mcptrunk/daemon.json", R"({"url":"http://127.0.0.1:8123","pid":7})");
  machine.write("/home/u/.mcptrunk/api_key", "secret");
  machine.env = environment({{"HOME", "/home/u"}, {"MCPTRUNK_API_KEY", "other"}});
  DaemonOptions options;
  options.url = "http://localhost:9/mcp/";
  const auto found = find_daemon(options, machine.env, machine.files);
  REQUIRE(found.ok());
  CHECK(found->url == "http://localhost:9");
  CHECK(found->api_key == "other");
}

TEST_CASE("the data directory's key is not sent to another machine") {
  Machine machine;
  machine.write("/home/u/.mcptrunk/api_key", "secret");
  for (const char* url : {"http://example.org", "http://127.0.0.1.evil.org:80",
                          "http://127.0.0.1@evil.org", "https://localhost.evil.org/"}) {
    CAPTURE(url);
    DaemonOptions options;
    options.url = url;
    const auto found = find_daemon(options, machine.env, machine.files);
    REQUIRE(found.ok());
    CHECK(found->api_key.empty());
  }
  CHECK(is_loopback_url("http://[::1]:8080"));
  CHECK(is_loopback_url("http://127.0.0.1:8080/x"));
  CHECK(is_loopback_url("https://localhost"));
}

TEST_CASE("no running daemon is exit 6 with the command that starts one") {
  Machine machine;
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(found.ok());
  CHECK(exit_code_of(found.error().code) == ExitCode::unreachable);
  CHECK(found.error().message.find("/home/u/.mcptrunk") != std::string::npos);
  CHECK(found.error().remedy.find("mcptrunk serve") != std::string::npos);
}

TEST_CASE("a damaged daemon.json is reported, a bad URL is a usage error") {
  Machine machine;
  machine.write("/home/u/.mcptrunk/daemon.json", "{");
  const auto damaged = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().code == base::ErrorCode::daemon_unreachable);
  DaemonOptions options;
  options.url = "localhost:8080";
  const auto bad = find_daemon(options, machine.env, machine.files);
  REQUIRE_FALSE(bad.ok());
  CHECK(exit_code_of(bad.error().code) == ExitCode::usage);
}

TEST_CASE("an envelope opens to its raw data, or to the error with code and remedy") {
  const auto good = open_envelope(R"({"success":true,"data":{"n": 1.50 },"request_id":"1"})", 200);
  REQUIRE(good.ok());
  CHECK(*good == R"({"n": 1.50 })");
  const auto refused = open_envelope(
      R"({"success":false,"data":null,"error":{"code":"MCPT_NOT_FOUND","message":"m","remedy":"r"}})",
      404);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::not_found);
  CHECK(refused.error().message == "m");
  CHECK(refused.error().remedy == "r");
  for (const char* strange : {"", "<html>", "[]", "{}", "{\"data\":"}) {
    CAPTURE(strange);
    const auto opened = open_envelope(strange, 200);
    REQUIRE_FALSE(opened.ok());
    CHECK(opened.error().code == base::ErrorCode::protocol_error);
  }
}

TEST_CASE("what the daemon's HTTP server refuses by itself is told in its words") {
  const auto refused =
      open_envelope("The request target is longer than 20 bytes: shorten path and query.\n", 414);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().code == base::ErrorCode::too_large);
  CHECK(refused.error().message ==
        "the daemon refused the request: The request target is longer than 20 bytes: shorten path "
        "and query.");
  for (const char* strange : {"<html>414</html>", "", "two\nlines."}) {
    CAPTURE(strange);
    CHECK(open_envelope(strange, 414).error().code == base::ErrorCode::protocol_error);
  }
}

TEST_CASE("every error code ends the program with a documented exit code") {
  CHECK(exit_code_of(base::ErrorCode::invalid_argument) == ExitCode::usage);
  CHECK(exit_code_of(base::ErrorCode::store_in_use) == ExitCode::data_dir);
  CHECK(exit_code_of(base::ErrorCode::store_damaged) == ExitCode::data_dir);
  CHECK(exit_code_of(base::ErrorCode::config_invalid) == ExitCode::configuration);
  CHECK(exit_code_of(base::ErrorCode::address_in_use) == ExitCode::address_in_use);
  CHECK(exit_code_of(base::ErrorCode::daemon_unreachable) == ExitCode::unreachable);
  CHECK(exit_code_of(base::ErrorCode::not_found) == ExitCode::not_found);
  CHECK(exit_code_of(base::ErrorCode::network) == ExitCode::failed);
  for (std::uint8_t i = 0; i < base::kErrorCodeCount; ++i) {
    CHECK(exit_code_of(static_cast<base::ErrorCode>(i)) != ExitCode::ok);
  }
}

}  // namespace
}  // namespace proxy::cli
