#include "upstream/transport/stderr_log.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace upstream {
namespace {

namespace fs = std::filesystem;

// A directory of its own, gone at the end.
struct TemporaryDirectory {
  std::string path;
  TemporaryDirectory() {
    std::string pattern = (fs::temp_directory_path() / "stderr-log-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~TemporaryDirectory() { fs::remove_all(path); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
};

std::string text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST_CASE("lines are written with their time, however they were cut, and kept as tail",
          "[transport]") {
  TemporaryDirectory directory;
  base::SimClock clock;
  LogDirectory logs(directory.path + "/logs/servers");
  StderrLog log(logs, clock, "weather (eu)");
  log.add("one\r\ntw");
  log.add("o\n\n\nhalf");
  log.note("stopped");
  log.end();
  CHECK(log.tail() == std::vector<std::string>{"one", "two", "half"});
  const auto lines = logs.last_lines("weather (eu)", 10);
  REQUIRE(lines.ok());
  REQUIRE(lines->size() == 4);
  CHECK((*lines)[0] == "2027-01-15T08:00:00Z one");
  CHECK_THAT((*lines)[2], Catch::EndsWith("[mcptrunk] stopped"));
  CHECK(logs.last_lines("weather (eu)", 1)->front() == lines->back());
  CHECK(logs.last_lines("unknown", 1).error().code == base::ErrorCode::not_found);
  const auto permissions = fs::status(logs.file_of("weather (eu)")).permissions();
  CHECK((permissions & (fs::perms::group_all | fs::perms::others_all)) == fs::perms::none);
}

TEST_CASE("a long line is cut in the log and shorter still in the tail", "[transport]") {
  base::SimClock clock;
  LogDirectory nowhere("");
  StderrLog log(nowhere, clock, "s");
  for (int i = 0; i < 20; ++i) log.add(std::string(1000, 'x'));
  log.add("\nnext\n");
  REQUIRE(log.tail().size() == 2);
  CHECK(log.tail()[0] == std::string(StderrLog::kTailLineBytesMax, 'x'));
  CHECK(log.tail()[1] == "next");
}

TEST_CASE("a flood is dropped beyond its rate, said so, and its last line kept", "[transport]") {
  TemporaryDirectory directory;
  base::SimClock clock;
  LogDirectory logs(directory.path + "/logs");
  StderrLog log(logs, clock, "loud");
  std::string chunk;
  while (chunk.size() < 60'000) chunk += "noise noise noise noise noise noise\n";
  for (int i = 0; i < 1000; ++i) log.add(chunk);
  log.add("last words\n");
  CHECK(log.tail().back() == "last words");
  CHECK(log.dropped_bytes() > 50'000'000);
  CHECK(fs::file_size(logs.file_of("loud")) < 2 * StderrLog::kBurstBytes);

  clock.advance(std::chrono::seconds(5));
  log.add("calm again\n");
  const std::string text = text_of(logs.file_of("loud"));
  CHECK_THAT(text, Catch::Contains("[mcptrunk] dropped 5"));
  CHECK_THAT(text, Catch::EndsWith("Z calm again\n"));
}

TEST_CASE("logs rotate at their size and the oldest make room", "[transport]") {
  TemporaryDirectory directory;
  base::SimClock clock;
  LogDirectory logs(directory.path, {2000, 14'000});
  for (int server = 0; server < 5; ++server) {
    StderrLog log(logs, clock, "s" + std::to_string(server));
    for (int i = 0; i < 60; ++i) log.add("a line of some forty bytes to fill the file\n");
  }
  std::uint64_t total = 0;
  int rotated = 0;
  for (const auto& entry : fs::directory_iterator(directory.path)) {
    CHECK(entry.file_size() <= 2000);
    total += entry.file_size();
    rotated += entry.path().extension() == ".1" ? 1 : 0;
  }
  CHECK(total <= 14'000 + 2000);  // the file that is written next
  CHECK(rotated >= 1);
  CHECK(rotated < 5);
  CHECK(fs::exists(logs.file_of("s4")));
}

TEST_CASE("a server cannot choose a file outside of the log directory", "[transport]") {
  LogDirectory logs("/logs");
  CHECK(logs.file_of("..") == "/logs/@...log");
  CHECK(logs.file_of("a/../b") == "/logs/a@..@b.log");
  CHECK(logs.file_of(".a") != logs.file_of("_.a"));
}

TEST_CASE("the server's secrets are in no line that is kept, however they were read", "[stdio]") {
  base::SimClock clock;
  LogDirectory nowhere("");
  StderrLog log(nowhere, clock, "s", base::SecretMask({"hunter2000"}));
  log.add("token hun");
  log.add("ter2000 is wrong\nhunter2000\n");
  CHECK(log.tail() == std::vector<std::string>{"token *** is wrong", "***"});
  log.add("wrapped: hunter2\n000 and so on\n");
  CHECK(log.tail()[2] == "wrapped: ***");
  CHECK(log.tail()[3] == "*** and so on");
  log.add(std::string(StderrLog::kLineBytesMax - 7, 'x') + "hunter2000 behind the cut\n");
  log.add("next\n");
  CHECK(log.tail()[4].find("hunter") == std::string::npos);
}

TEST_CASE("what is dropped ends at a line: half a secret is not kept", "[stdio]") {
  base::SimClock clock;
  LogDirectory nowhere("");
  StderrLog log(nowhere, clock, "s", base::SecretMask({"hunter2000"}));
  log.add(std::string(StderrLog::kBurstBytes, 'x') + "\n");
  std::string flood(100'000, 'x');
  flood.replace(flood.size() - 4100, 10, "hunter2000");  // cut in its middle
  log.add(flood);
  log.add("2000 goes on\nnext\n");
  CHECK(log.tail().back() == "next");
  for (const std::string& line : log.tail()) CHECK(line.find("2000") == std::string::npos);
}

}  // namespace
}  // namespace upstream
