// The doctor on machines with one fault each.
#include "proxy/cli/doctor.h"

#include <catch2/catch.hpp>
#include <cerrno>

#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

struct FakeMachine final : Machine {
  base::Result<void> try_to_listen(const config::Listen& where) override {
    if (port_free) return base::kDone;
    return base::Error{base::ErrorCode::address_in_use, to_string(where) + " is taken", "stop it"};
  }
  std::uint64_t open_files_max() override { return open_files; }
  std::optional<std::uint64_t> free_bytes(const std::string&) override { return free; }
  base::WallTime now() override { return base::WallTime(std::chrono::milliseconds(clock_ms)); }

  bool port_free = true;
  std::uint64_t open_files = 1'000'000;
  std::uint64_t free = 1ULL << 40U;
  std::int64_t clock_ms = 4'000'000'000'000;  // later than all files
};

struct Patient {
  Patient() {
    REQUIRE(shell.files.create_dirs("/home/u/.mcptrunk", 0700).ok());
    shell.machine = [this] {
      auto made = std::make_unique<FakeMachine>();
      *made = machine;
      return made;
    };
  }
  void write(const std::string& text, std::uint32_t mode = 0600) {
    REQUIRE(shell.files.write_new("/home/u/.mcptrunk/mcp_config.json", text, mode).ok());
  }
  int examine(bool with_daemon = false) { return shell.run({"doctor"}, with_daemon); }

  Shell shell;
  FakeMachine machine;
};

TEST_CASE("a healthy machine needs nothing: exit 0", "[doctor]") {
  Patient patient;
  patient.write(R"({"mcpServers":{"a":{"command":"/bin/sh"}}})");
  CHECK(patient.examine() == 0);
  CHECK(patient.shell.printed("1 servers, 0 groups"));
  CHECK(patient.shell.printed("notice   daemon: no daemon is running"));
  CHECK(patient.shell.printed("nothing needs to be done"));
  CHECK(patient.shell.files.list_dir("/home/u/.mcptrunk")->size() == 1);
}

TEST_CASE("a fresh installation needs nothing either", "[doctor]") {
  Patient patient;
  CHECK(patient.examine() == 0);
  CHECK(patient.shell.printed("servers add"));
}

TEST_CASE("each fault is a problem with its remedy: exit 1", "[doctor]") {
  Patient patient;
  SECTION("a broken configuration") {
    patient.write("{\"mcpServers\":{\"a\":{}}}");
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("problem  configuration: line 1, mcpServers.a"));
  }
  SECTION("a data directory that cannot be written, with what helps against that") {
    const std::pair<int, const char*> faults[] = {
        {ENOSPC, "-> Free space on this disk."},
        {EROFS, "-> The file system is mounted read-only"},
        {EACCES, "-> Check the owner and the permissions"},
        {EIO, "-> name another directory with data_dir"}};
    for (const auto& [error, remedy] : faults) {
      CAPTURE(remedy);
      patient.shell.files.fail(base::SimFileSystem::Step::create, error, 1);
      CHECK(patient.examine() == 1);
      CHECK(patient.shell.printed("problem  data directory: Cannot create"));
      CHECK(patient.shell.printed(remedy));
      CHECK_FALSE(patient.shell.printed("chown"));
    }
  }
  SECTION("a variable, a command and a directory that are missing") {
    patient.write(R"({"mcpServers":{
      "v":{"command":"/bin/sh","env":{"T":"${NOT_SET}"}},
      "c":{"command":"/no/such/program"},
      "d":{"command":"/bin/sh","working_dir":"/no/such/dir"},
      "off":{"command":"/no/such/program","startup_mode":"disabled"}}})");
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("problem  server v: NOT_SET is not set"));
    CHECK(patient.shell.printed("problem  server c: \"/no/such/program\" does not exist"));
    CHECK(patient.shell.printed("problem  server d: the working directory"));
    CHECK(patient.shell.printed("3 problems to solve"));
  }
  SECTION("a port that is taken") {
    patient.machine.port_free = false;
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("127.0.0.1:8080 is taken"));
  }
  SECTION("too few open files") {
    patient.machine.open_files = 256;
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("LimitNOFILE"));
  }
  SECTION("a full disk") {
    patient.machine.free = 5 * 1024 * 1024;
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("only 5 MiB are left"));
  }
  SECTION("a clock that was never set") {
    patient.machine.clock_ms = 0;
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("clock stands before 2024"));
  }
  SECTION("a key that others can read") {
    REQUIRE(patient.shell.files.write_new("/home/u/.mcptrunk/api_key", "k", 0644).ok());
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("chmod 600 '/home/u/.mcptrunk/api_key'"));
  }
}

TEST_CASE("what may be meant is a notice, not a problem", "[doctor]") {
  Patient patient;
  patient.write("{}", 0444);
  CHECK(patient.examine() == 0);
  CHECK(patient.shell.printed("others can read the file"));
  CHECK(patient.shell.printed("the file is read-only"));
}

TEST_CASE("a running daemon is asked for its servers, and why tells what to do", "[doctor]") {
  Patient patient;
  patient.shell.daemon.data(
      "GET /api/v1/status",
      {R"({"version":"9","url":"http://h/mcp","store_available":false,"data_dir":"/d",)"
       R"("config_rejected":"line 3: no","needs_restart":["listen","logging"]})"});
  patient.shell.daemon.data("GET /api/v1/servers",
                            {servers_data({server_row("a", "ready"), server_row("b", "backoff")})});
  patient.shell.daemon.data("GET /api/v1/servers/b",
                            {R"({"name":"b","why":{"summary":"it failed","fix":"do this"}})"});
  CHECK(patient.examine(true) == 1);
  CHECK(patient.shell.printed("problem  server b: backoff: it failed\n         -> do this"));
  CHECK(patient.shell.printed("its store does not take changes"));
  CHECK(patient.shell.printed("older configuration"));
  CHECK(patient.shell.printed("listen, logging changed in the file"));
  CHECK(patient.shell.printed("4 problems"));
  CHECK(patient.shell.run({"doctor", "-o", "json"}) == 1);
  CHECK(patient.shell.printed(R"({"problems":4,"findings":[{"check":"configuration",)"));
}

TEST_CASE("the daemon that is to be started is the one that was asked for", "[doctor]") {
  Patient patient;
  CHECK(patient.shell.run({"doctor", "--data-dir", "/srv/d"}, false) == 0);
  CHECK(patient.shell.printed("-> mcptrunk serve --data-dir /srv/d\n"));
}

TEST_CASE("who is served without a key is told", "[doctor]") {
  struct Case {
    const char* config;
    const char* status;
    const char* says;
  };
  const Case cases[] = {
      {"{}", R"("local_users":"own","knows_local_users":true)",
       "ok       local users: only programs of the daemon's own user"},
      {"{}", R"("local_users":"own","knows_local_users":false)",
       "notice   local users: the system does not tell which user connects"},
      {"{}", R"("local_users":"all","knows_local_users":true)",
       "notice   local users: every user of this machine may call tools without the key"},
      {R"({"require_mcp_auth":true})", R"("local_users":"all","knows_local_users":true)",
       "ok       local users: everybody needs the key"},
      {"{}", R"("url":"http://0.0.0.0:80/mcp","local_users":"all","knows_local_users":true)",
       "ok       local users: over TCP everybody needs the key"},
      {"{}", R"("url":"http://[::1]:80/mcp","local_users":"own","knows_local_users":true)",
       "ok       local users: only programs of the daemon's own user"},
      {R"({"trusted_hosts":["box.lan"]})", R"("local_users":"own","knows_local_users":true)",
       "ok       local users: over TCP everybody needs the key"}};
  for (const Case& one : cases) {
    CAPTURE(one.says);
    Patient patient;
    patient.write(one.config);
    patient.shell.daemon.data("GET /api/v1/status",
                              {fmt::format(R"({{"store_available":true,{}}})", one.status)});
    patient.shell.daemon.data("GET /api/v1/servers", {servers_data({})});
    CHECK(patient.examine(true) == 0);
    CHECK(patient.shell.printed(one.says));
  }
}

TEST_CASE("what others may change is a problem", "[doctor]") {
  Patient patient;
  SECTION("the configuration") {
    patient.write("{}", 0666);
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("problem  configuration: others can change the file"));
    CHECK_FALSE(patient.shell.printed("others can read the file"));
  }
  SECTION("the data directory") {
    patient.shell.files.set_mode("/home/u/.mcptrunk", 0777);
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("problem  data directory: others may write to"));
    CHECK(patient.shell.printed("\n1 problem"));  // and not once more as the daemon's
  }
  SECTION("a data directory of somebody else") {
    patient.shell.files.set_owner("/home/u/.mcptrunk", 1001, 0);
    CHECK(patient.examine() == 1);
    CHECK(patient.shell.printed("belongs to another user (uid 1001)"));
  }
}

}  // namespace
}  // namespace proxy::cli
