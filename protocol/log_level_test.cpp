#include "protocol/log_level.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

TEST_CASE("log levels have the names of the protocol, least severe first", "[log_level]") {
  for (int i = 0; i < 8; ++i) {
    const auto level = static_cast<LogLevel>(i);
    CHECK(log_level_from(to_string(level)) == level);
  }
  CHECK(LogLevel::debug < LogLevel::info);
  CHECK(LogLevel::alert < LogLevel::emergency);
  for (const std::string_view text : {"", "warn", "Debug", "debug ", "7"}) {
    CAPTURE(text);
    CHECK(!log_level_from(text));
  }
}

}  // namespace
}  // namespace protocol
