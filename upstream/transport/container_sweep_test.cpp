#include "upstream/transport/container_sweep.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "upstream/transport/transport_probe_test.h"

namespace upstream {
namespace {

namespace fs = std::filesystem;

// A directory with a `docker` that writes down its arguments and answers `ps` with `listing`.
struct FakeDocker {
  std::string path;
  explicit FakeDocker(const std::string& listing) {
    std::string pattern = (fs::temp_directory_path() / "docker-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
    std::ofstream(path + "/docker") << "#!/bin/sh\necho \"$@\" >>" << path << "/calls\n"
                                    << "[ $1 != ps ] || " << listing << "\n";
    fs::permissions(path + "/docker", fs::perms::owner_all);
  }
  ~FakeDocker() { fs::remove_all(path); }
  FakeDocker(const FakeDocker&) = delete;
  FakeDocker& operator=(const FakeDocker&) = delete;

  std::vector<std::string> calls() const {
    std::vector<std::string> lines;
    std::ifstream in(path + "/calls");
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
};

std::size_t sweep(const std::string& path) {
  Bench bench;
  std::optional<std::size_t> removed;
  ContainerSweep containers(bench.host, {"PATH=" + path});
  containers.run("d1", [&](std::size_t count) { removed = count; });
  REQUIRE(run_until(bench.loop, [&] { return removed.has_value(); }));
  return *removed;
}

constexpr const char* kListing = "ps --all --quiet --filter label=mcptrunk.data_dir=d1";

TEST_CASE("containers with the owner's label are removed, and nothing that is no id",
          "[transport]") {
  const FakeDocker docker("printf '0a1b2c\\nWARNING: x\\nffee01\\n'");
  CHECK(sweep(docker.path + ":/usr/bin:/bin") == 2);
  CHECK(docker.calls() == std::vector<std::string>{kListing, "rm --force 0a1b2c ffee01"});
}

TEST_CASE("without containers, without docker or with a broken one nothing is removed",
          "[transport]") {
  const FakeDocker none("true");
  CHECK(sweep(none.path + ":/usr/bin:/bin") == 0);
  CHECK(none.calls() == std::vector<std::string>{kListing});
  const FakeDocker broken("{ echo 0a1b2c; exit 1; }");
  CHECK(sweep(broken.path + ":/usr/bin:/bin") == 0);
  CHECK(broken.calls() == std::vector<std::string>{kListing});
  CHECK(sweep("/nowhere") == 0);
}

}  // namespace
}  // namespace upstream
