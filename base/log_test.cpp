#include "base/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/unique_fd.h"

namespace base {
namespace {

struct TempDir {
  std::string path = (std::filesystem::temp_directory_path() / "mcptrunk_log_XXXXXX").string();
  TempDir() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~TempDir() { std::filesystem::remove_all(path); }
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST_CASE("lines carry level and component, and disabled levels write nothing", "[base]") {
  const TempDir dir;
  log::Options options;
  options.to_stderr = false;
  options.file = dir.path + "/daemon.log";
  REQUIRE(log::start(options).ok());
  log::debug("fleet", "hidden {}", 1);
  log::info("fleet", "server={} ready", "x");
  log::set_level(log::Level::debug);
  log::debug("store", "shown");
  log::error("store", "broken");
  log::stop();
  log::error("store", "after the end");

  const std::string text = text_of(options.file);
  CHECK(text.find("hidden") == std::string::npos);
  CHECK(text.find("info    [fleet] server=x ready\n") != std::string::npos);
  CHECK(text.find("debug   [store] shown\n") != std::string::npos);
  CHECK(text.find("error   [store] broken\n") != std::string::npos);
  CHECK(text.find("after the end") == std::string::npos);
}

TEST_CASE("a log is readable by its owner only, a rotated one too", "[base]") {
  namespace fs = std::filesystem;
  const TempDir dir;
  log::Options options;
  options.to_stderr = false;
  options.file = dir.path + "/daemon.log";
  options.file_bytes_max = 500;
  options.files_max = 1;
  std::ofstream(options.file) << "of an earlier start\n";
  fs::permissions(options.file, fs::perms(0644));
  REQUIRE(log::start(options).ok());
  for (int i = 0; i < 10; ++i) log::info("fleet", "{}", std::string(100, 'x'));
  log::stop();
  int files = 0;
  for (const auto& entry : fs::directory_iterator(dir.path)) {
    CHECK(entry.status().permissions() == fs::perms(0600));
    ++files;
  }
  CHECK(files == 2);
}

TEST_CASE("as JSON every line is an object, whatever is logged", "[base]") {
  const TempDir dir;
  log::Options options;
  options.to_stderr = false;
  options.json = true;
  options.file = dir.path + "/daemon.log";
  REQUIRE(log::start(options).ok());
  log::warn("fleet", "stderr: {}", "one\n\"two\"\x1b[2J\xff");
  log::stop();
  const std::string text = text_of(options.file);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  const auto line = parse_document(text);
  REQUIRE(line);
  CHECK(json_string(*line, "level") == "warning");
  CHECK(json_string(*line, "component") == "fleet");
  CHECK(json_string(*line, "message") == "stderr: one\n\"two\"\x1b[2J\uFFFD");
  CHECK(json_string(*line, "time")->size() == 29);
}

TEST_CASE("foreign text cannot forge a line or send escapes to a terminal", "[base]") {
  const TempDir dir;
  log::Options options;
  options.to_stderr = false;
  options.file = dir.path + "/daemon.log";
  REQUIRE(log::start(options).ok());
  log::info("fleet", "stderr: {}", "one\n2026 error [store] forged\x1b[2J");
  log::info("fleet", "{}", std::string(log::kLineBytesMax + 1, 'x'));
  log::stop();

  const std::string text = text_of(options.file);
  CHECK(text.find(R"(one\x0a2026 error [store] forged\x1b[2J)") != std::string::npos);
  CHECK(std::ranges::count(text, '\n') == 2);
  CHECK(std::ranges::count(text, 'x') == log::kLineBytesMax + 2);  // and those of the escapes
  CHECK(text.ends_with("x...\n"));
}

TEST_CASE("a log file that cannot be opened is an error with its name", "[base]") {
  log::Options options;
  options.file = "/proc/no/such/place/daemon.log";
  const auto started = log::start(options);
  REQUIRE(!started.ok());
  CHECK(started.error().message.find(options.file) != std::string::npos);
}

// Nobody reads stderr: the queue fills up, lines are lost and counted, and neither write() nor
// stop() waits.
TEST_CASE("a reader of stderr that has stopped reading holds up nobody", "[base]") {
  int ends[2] = {-1, -1};
  REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
  const UniqueFd reader(ends[0]);
  const UniqueFd writer(ends[1]);
  const UniqueFd saved(::dup(STDERR_FILENO));
  REQUIRE(::dup2(writer.get(), STDERR_FILENO) >= 0);
  log::Options options;
  options.stderr_patience = std::chrono::milliseconds(50);
  const auto started = log::start(options);
  const std::uint64_t before = log::dropped_lines();
  const std::string text(1000, 'x');
  for (std::size_t i = 0; i < 4 * log::kQueueLinesMax; ++i) log::info("flood", "{}", text);
  log::stop();
  ::dup2(saved.get(), STDERR_FILENO);

  REQUIRE(started.ok());
  CHECK(log::dropped_lines() > before);
}

TEST_CASE("level names read back", "[base]") {
  CHECK(log::level_from("debug") == log::Level::debug);
  CHECK(log::level_from("warning") == log::Level::warn);
  CHECK(log::to_string(log::Level::warn) == "warn");
  CHECK(!log::level_from("loud"));
}

}  // namespace
}  // namespace base
