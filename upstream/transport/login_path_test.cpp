#include "upstream/transport/login_path.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "upstream/transport/transport_probe_test.h"

namespace upstream {
namespace {

namespace fs = std::filesystem;

// A home whose profile is `profile`.
struct Home {
  std::string path;
  explicit Home(const std::string& profile) {
    std::string pattern = (fs::temp_directory_path() / "login-path-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
    std::ofstream(path + "/.profile") << profile;
  }
  ~Home() { fs::remove_all(path); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
};

std::optional<std::string> ask(const std::string& profile, base::Milliseconds limit) {
  const Home home(profile);
  Bench bench;
  std::optional<std::string> answer;
  LoginPath path(bench.host, "/bin/sh", {"HOME=" + home.path, "PATH=/usr/bin:/bin"});
  path.ask([&](std::string found) { answer = std::move(found); }, limit);
  CHECK(!answer);
  REQUIRE(run_until(bench.loop, [&] { return answer.has_value(); }));
  return answer;
}

TEST_CASE("the login shell's PATH is found behind what the profile prints", "[transport]") {
  CHECK(ask("echo hello; PATH=/opt/mine:$PATH; export PATH", kPatience)->starts_with("/opt/mine:"));
}

TEST_CASE("a profile that fails or never ends costs the limit and no more", "[transport]") {
  CHECK(ask("exit 1", kPatience) == "");
  CHECK(ask("exec tail -f /dev/null", std::chrono::milliseconds(100)) == "");
}

TEST_CASE("paths merge in their order without repetition", "[transport]") {
  CHECK(merge_paths("/a:/b:/a", "/b::/c:") == "/a:/b:/c");
  CHECK(merge_paths("", "/c") == "/c");
  CHECK(merge_paths("", "").empty());
}

}  // namespace
}  // namespace upstream
