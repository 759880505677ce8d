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
  // A daemon that serves out of a directory, and one that was killed there.
  void serve(const std::string& dir, const std::string& announcement = "{\"url\":\"http://x\"}") {
    write(dir + "/daemon.json", announcement);
    write(dir + "/daemon.sock", "");
    files.lock(dir + "/mcptrunk.lock");
  }
  void kill(const std::string& dir) { files.unlock(dir + "/mcptrunk.lock"); }
};

constexpr const char* kHome = "/home/u/.mcptrunk";
constexpr const char* kHomeSocket = "/home/u/.mcptrunk/daemon.sock";
constexpr std::uint32_t kStranger = 1001;

TEST_CASE("the daemon is found by the socket in the default data directory, and gets no key") {
  Machine machine;
  machine.serve(kHome, R"({"url":"http://127.0.0.1:8123","pid":7})");
  machine.write("/home/u/.mcptrunk/api_key", "secret\n");
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE(found.ok());
  CHECK(found->socket == kHomeSocket);
  CHECK(found->text() == kHomeSocket);
  CHECK(found->url.empty());
  CHECK(found->api_key.empty());
  CHECK(found->own_key.empty());
}

TEST_CASE(
    "what a killed daemon has left is not believed: whoever listens there now is a stranger") {
  Machine machine;
  machine.serve(kHome, R"({"url":"http://127.0.0.1:8123","pid":1})");
  machine.kill(kHome);
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().code == base::ErrorCode::daemon_unreachable);
  CHECK(found.error().message == "no daemon is running for the data directory /home/u/.mcptrunk");
}

TEST_CASE("a directory of somebody else, or one that others may write to, leads to nobody") {
  Machine machine;
  machine.serve(kHome);
  SECTION("the directory") {
    machine.files.set_owner(kHome, kStranger, 0);
  }
  SECTION("the socket") {
    machine.files.set_owner(kHomeSocket, kStranger, 0);
  }
  SECTION("what the daemon says of itself") {
    machine.files.set_owner("/home/u/.mcptrunk/daemon.json", kStranger, 0);
  }
  SECTION("everybody's directory") {
    machine.files.set_mode(kHome, 01777);
  }
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().code == base::ErrorCode::forbidden);
  CHECK_FALSE(found.error().remedy.empty());
}

TEST_CASE("a daemon that holds the lock without a socket is told apart") {
  Machine machine;
  machine.files.lock("/home/u/.mcptrunk/mcptrunk.lock");
  REQUIRE(machine.files.create_dirs(kHome, 0700).ok());
  const auto starting = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(starting.ok());
  CHECK(starting.error().code == base::ErrorCode::daemon_unreachable);
  CHECK(starting.error().remedy.find("try again") != std::string::npos);
  machine.write("/home/u/.mcptrunk/daemon.json", R"({"url":"http://127.0.0.1:1"})");
  const auto old = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(old.ok());
  CHECK(old.error().remedy.find("older version") != std::string::npos);
}

TEST_CASE(
    "the data directory: option, then environment, then the configuration, then the default") {
  Machine machine;
  CHECK(*data_dir({}, machine.env, machine.files) == "/home/u/.mcptrunk");
  machine.write("/home/u/.mcptrunk/mcp_config.json", R"({"data_dir":"~/trunk","mcpServers":[]})");
  CHECK(*data_dir({}, machine.env, machine.files) == "/home/u/trunk");
  machine.env = environment({{"HOME", "/home/u"}, {"MCPTRUNK_DATA_DIR", "/var/t"}});
  CHECK(*data_dir({}, machine.env, machine.files) == "/var/t");
  DaemonOptions options;
  options.data_dir = "/opt/t";
  CHECK(*data_dir(options, machine.env, machine.files) == "/opt/t");
}

TEST_CASE("the daemon is found while its configuration is being mended") {
  for (const char* broken :
       {R"({"data_dir":"~/trunk","mcpServers":{"a":{}}})", R"({"data_dir" : "~/trunk", )",
        R"({"mcpServers": [,], "data_dir":"~/tr\u0075nk"})"}) {
    CAPTURE(broken);
    Machine machine;
    machine.write("/home/u/.mcptrunk/mcp_config.json", broken);
    CHECK(*data_dir({}, machine.env, machine.files) == "/home/u/trunk");
  }
  for (const char* broken : {"{", R"({"data_dir":5,)", R"({"data_dir":"~/tr)", R"("data_dir")"}) {
    CAPTURE(broken);
    Machine machine;
    machine.write("/home/u/.mcptrunk/mcp_config.json", broken);
    CHECK(*data_dir({}, machine.env, machine.files) == "/home/u/.mcptrunk");
  }
}

constexpr const char* kNamed = "/c/named.json";

// The default directory's daemon, and one in /d, each with the file that it serves.
struct TwoDaemons : Machine {
  TwoDaemons() {
    announce("/home/u/.mcptrunk", 1, "/c/other.json");
    announce("/d", 2, kNamed);
    options.config = kNamed;
  }
  void announce(const std::string& dir, int number, const std::string& config_path) {
    serve(dir, fmt::format(R"({{"url":"http://127.0.0.1:{}","config_path":"{}"}})", number,
                           config_path));
  }
  base::Result<DaemonAddress> find() { return find_daemon(options, env, files); }

  DaemonOptions options;
};

TEST_CASE("a named configuration that tells no data directory never means another daemon") {
  for (const char* text : {"", "{", "hello", R"({"data_dir":5})", R"({"data_dir":"~/tr)",
                           R"({"data_dir":"/elsewhere",)"}) {
    CAPTURE(text);
    TwoDaemons machine;
    machine.write(kNamed, text);
    const auto found = machine.find();
    REQUIRE_FALSE(found.ok());
    CHECK(exit_code_of(found.error().code) == ExitCode::configuration);
    CHECK(found.error().message.find(kNamed) != std::string::npos);
    CHECK(found.error().message.find("line 1") != std::string::npos);
    CHECK(found.error().remedy.find("--data-dir") != std::string::npos);
  }
  TwoDaemons machine;
  const auto missing = machine.find();
  REQUIRE_FALSE(missing.ok());
  CHECK(exit_code_of(missing.error().code) == ExitCode::configuration);
  CHECK(missing.error().message.find("there is no file /c/named.json") != std::string::npos);
  machine.options.config.clear();
  machine.env = environment({{"HOME", "/home/u"}, {"MCPTRUNK_CONFIG", kNamed}});
  CHECK_FALSE(machine.find().ok());
  machine.options.data_dir = "/d";
  CHECK(machine.find()->socket == "/d/daemon.sock");
}

TEST_CASE("a daemon is found while the file it serves is broken, when it says that it serves it") {
  TwoDaemons machine;
  machine.write(kNamed,
                R"({"mcpServers":{"a":{"command":"x","env":{"data_dir":"/e"}}},"data_dir":"/d",)");
  CHECK(machine.find()->socket == "/d/daemon.sock");
  REQUIRE(machine.files.remove("/d/daemon.json").ok());
  CHECK_FALSE(machine.find().ok());
  // Of the default directory the file need not say a word.
  machine.options.config = "/c/other.json";
  CHECK(machine.find()->socket == kHomeSocket);
  machine.write("/c/other.json", "");
  CHECK(machine.find()->socket == kHomeSocket);
  machine.kill(kHome);
  CHECK_FALSE(machine.find().ok());
}

TEST_CASE("a daemon that serves another file than the one that was named is not the one meant") {
  TwoDaemons machine;
  machine.write(kNamed, R"({"mcpServers":{}})");
  const auto found = machine.find();
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().message ==
        "the daemon of the data directory /home/u/.mcptrunk serves /c/other.json, not "
        "/c/named.json");
  CHECK(found.error().remedy.find("--data-dir /home/u/.mcptrunk") != std::string::npos);
  SECTION("one that was killed has no say") {
    machine.kill(kHome);
    CHECK(machine.find().error().code == base::ErrorCode::daemon_unreachable);
  }
  SECTION("the directory and the address win when they are named") {
    machine.options.data_dir = "/home/u/.mcptrunk";
    CHECK(machine.find()->socket == kHomeSocket);
    machine.options = {"http://127.0.0.1:9", {}, {}, kNamed};
    CHECK(machine.find()->url == "http://127.0.0.1:9");
  }
  SECTION("without a name the default directory's daemon is meant, whatever it serves") {
    machine.options.config.clear();
    CHECK(machine.find()->socket == kHomeSocket);
  }
}

TEST_CASE("a variable of the data directory that is not set is told, not left out") {
  Machine machine;
  machine.write("/home/u/.mcptrunk/mcp_config.json", R"({"data_dir":"${WHERE}/t"})");
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(found.ok());
  CHECK(exit_code_of(found.error().code) == ExitCode::configuration);
  CHECK(found.error().message.find("needs the variable WHERE") != std::string::npos);
}

TEST_CASE("the own key is the one that the running daemon took when it started") {
  Machine machine;
  const std::string config = "/home/u/.mcptrunk/mcp_config.json";
  const std::string daemon = "/home/u/.mcptrunk/daemon.json";
  machine.write("/home/u/.mcptrunk/api_key", "made\n");
  machine.files.lock("/home/u/.mcptrunk/mcptrunk.lock");
  const auto announce = [&](const char* more) {
    (void)machine.files.remove(daemon);
    machine.write(daemon, fmt::format(R"({{"url":"http://127.0.0.1:1"{}}})", more));
  };
  DaemonOptions options;
  options.url = "http://127.0.0.1:1";
  const auto key = [&] { return find_daemon(options, machine.env, machine.files)->own_key; };
  const char* kFromFile = R"(,"api_key_configured":true,"config_path":"/c/served.json")";

  machine.write(config, R"({"api_key":"written"})");
  announce("");
  CHECK(key() == "written");
  announce(R"(,"api_key_configured":true)");
  CHECK(key() == "written");
  announce(R"(,"api_key_configured":false)");  // written after the start
  CHECK(key() == "made");
  announce(kFromFile);
  CHECK(key().empty());
  machine.write("/c/served.json", R"({"api_key":"served", [)");  // being mended
  CHECK(key() == "served");
}

TEST_CASE("the own key is for the port of the running daemon, if it is known") {
  Machine machine;
  machine.serve(kHome, R"({"url":"http://127.0.0.1:8123"})");
  machine.write("/home/u/.mcptrunk/api_key", "secret");
  DaemonOptions options;
  const auto key = [&](const char* url) {
    options.url = url;
    return find_daemon(options, machine.env, machine.files)->own_key;
  };
  CHECK(key("http://127.0.0.1:8123") == "secret");
  CHECK(key("http://localhost:8123/mcp") == "secret");
  CHECK(key("http://127.0.0.1:8124").empty());  // a tunnel to somewhere else
  SECTION("nothing of ours is there once the daemon is gone") {
    machine.kill(kHome);
    CHECK(key("http://127.0.0.1:8123").empty());
  }
  SECTION("one that could not leave word is believed to be there") {
    REQUIRE(machine.files.remove("/home/u/.mcptrunk/daemon.json").ok());
    CHECK(key("http://127.0.0.1:8124") == "secret");
  }
  SECTION("a key that somebody else has laid down is no key") {
    machine.files.set_owner("/home/u/.mcptrunk/api_key", kStranger, 0);
    CHECK(key("http://127.0.0.1:8123").empty());
  }
}

TEST_CASE("a key and a directory may be variables of the environment in the configuration") {
  Machine machine;
  machine.env = environment({{"HOME", "/home/u"}, {"KEY", "from-env"}, {"WHERE", "/srv"}});
  machine.write("/home/u/.mcptrunk/mcp_config.json",
                R"({"data_dir":"${WHERE}/t","api_key":"${env:KEY}","mcpServers":[]})");
  machine.serve("/srv/t");
  CHECK(find_daemon({}, machine.env, machine.files)->socket == "/srv/t/daemon.sock");
  DaemonOptions options;
  options.url = "http://127.0.0.1:80";
  CHECK(find_daemon(options, machine.env, machine.files)->own_key == "from-env");
}

TEST_CASE("options and environment win over the files") {
  Machine machine;
  machine.serve(kHome);
  machine.write("/home/u/.mcptrunk/api_key", "secret");
  machine.env = environment({{"HOME", "/home/u"}, {"MCPTRUNK_API_KEY", "other"}});
  DaemonOptions options;
  options.url = "http://localhost:9/mcp/";
  const auto found = find_daemon(options, machine.env, machine.files);
  REQUIRE(found.ok());
  CHECK(found->socket.empty());
  CHECK(found->url == "http://localhost:9");
  CHECK(found->text() == "http://localhost:9");
  CHECK(found->api_key == "other");
  CHECK(found->own_key.empty());
}

TEST_CASE("the own key is not for another machine") {
  Machine machine;
  machine.serve(kHome, R"({"url":"http://127.0.0.1:80"})");
  machine.write("/home/u/.mcptrunk/api_key", "secret");
  const auto found = [&](const char* url) {
    CAPTURE(url);
    DaemonOptions options;
    options.url = url;
    const auto address = find_daemon(options, machine.env, machine.files);
    REQUIRE(address.ok());
    CHECK(address->api_key.empty());
    return address->own_key;
  };
  for (const char* url : {"http://example.org", "http://127.0.0.1.evil.org",
                          "http://localhost.evil.org/", "http://127.evil.org"}) {
    CHECK(found(url).empty());
  }
  for (const char* url : {"http://127.0.0.1", "http://[::1]:80", "http://localhost"}) {
    CHECK(found(url) == "secret");
  }
}

TEST_CASE("no running daemon is exit 6 with the command that starts one") {
  Machine machine;
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(found.ok());
  CHECK(exit_code_of(found.error().code) == ExitCode::unreachable);
  CHECK(found.error().message.find("/home/u/.mcptrunk") != std::string::npos);
  CHECK(found.error().remedy.find("`mcptrunk serve`") != std::string::npos);
}

TEST_CASE("the command that starts a daemon starts the one that was named") {
  Machine machine;
  machine.write("/srv/c.json", R"({"data_dir":"/srv/d"})");
  const auto remedy = [&](const std::string& config, const std::string& dir) {
    DaemonOptions options;
    options.config = config;
    options.data_dir = dir;
    const auto found = find_daemon(options, machine.env, machine.files);
    return found.ok() ? std::string() : found.error().remedy;
  };
  CHECK(remedy("", "/srv/my d").find("`mcptrunk serve --data-dir \"/srv/my d\"`") !=
        std::string::npos);
  CHECK(remedy("/srv/c.json", "").find("`mcptrunk serve --config /srv/c.json`") !=
        std::string::npos);
  CHECK(remedy("/srv/c.json", "/d").find("`mcptrunk serve --config /srv/c.json --data-dir /d`") !=
        std::string::npos);
}

TEST_CASE("without HOME and without an option no directory is guessed") {
  Machine machine;
  machine.env = environment({});
  const auto found = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().code == base::ErrorCode::config_invalid);
  CHECK(found.error().message == "data_dir ~/.mcptrunk needs the variable HOME, which is not set");
  CHECK(found.error().remedy.find("--data-dir") != std::string::npos);
}

TEST_CASE("a damaged daemon.json is reported, a bad URL is a usage error") {
  Machine machine;
  machine.serve(kHome, "{");
  const auto damaged = find_daemon({}, machine.env, machine.files);
  REQUIRE_FALSE(damaged.ok());
  CHECK(damaged.error().code == base::ErrorCode::daemon_unreachable);
  for (const char* url : {"localhost:8080", "http://", "http://127.0.0.1@evil.org", "http://h/path",
                          "http://h:", "http://h:0", "http://h:70000", "http://h:8x", "http://[::1",
                          "http://[::1]8080", "http://a b", "http://h?x"}) {
    CAPTURE(url);
    DaemonOptions options;
    options.url = url;
    const auto bad = find_daemon(options, machine.env, machine.files);
    REQUIRE_FALSE(bad.ok());
    CHECK(exit_code_of(bad.error().code) == ExitCode::usage);
  }
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
