#include "storage/record_codec.h"

#include <catch2/catch.hpp>
#include <random>

#include "storage/test_records.h"

namespace storage {
namespace {

// Every cut and 2,000 seeded mutations either read or are refused; none crashes (asan watches).
template <class Record>
void try_to_break(const Record& record) {
  const std::string bytes = encode(record);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = decode<Record>(std::string_view(bytes).substr(0, size));
    REQUIRE(!cut.ok());
    REQUIRE(cut.error().code == base::ErrorCode::store_damaged);
  }
  std::mt19937 random(20'261'121);
  for (int round = 0; round < 2'000; ++round) {
    std::string mutated = bytes;
    for (int i = 0; i < 1 + round % 3; ++i) {
      mutated[random() % mutated.size()] = static_cast<char>(random());
    }
    const auto read = decode<Record>(mutated);
    if (read.ok()) {
      CHECK(decode<Record>(encode(*read)).ok());
    } else {
      CHECK((read.error().code == base::ErrorCode::store_damaged ||
             read.error().code == base::ErrorCode::store_too_new));
    }
  }
}

template <class Record>
void check_record(const Record& record) {
  const std::string bytes = encode(record);
  const auto read = decode<Record>(bytes);
  REQUIRE(read.ok());
  CHECK(*read == record);
  CHECK(*decode<Record>(encode(Record{})) == Record{});

  CHECK(decode<Record>(bytes + "x").error().code == base::ErrorCode::store_damaged);
  std::string newer = bytes;
  newer[0] = 2;
  CHECK(decode<Record>(newer).error().code == base::ErrorCode::store_too_new);
  try_to_break(record);
}

TEST_CASE("every record comes back as it was, and damaged bytes are refused", "[storage]") {
  check_record(MetaRecord{77, false});
  check_record(testing::journal(5));
  check_record(testing::server("srv"));
  check_record(testing::catalog("srv", 2));
  check_record(testing::approval("srv", "tool"));
  check_record(testing::group("group"));
  check_record(testing::uses("srv"));
  check_record(testing::ended_session(0xFFEE'DDCC'BBAA'9988));
  check_record(testing::agent_mark("group"));
  check_record(testing::activity("srv", false));
  check_record(testing::result("key", 1'000, 20));
}

// FORMAT.md describes these bytes: a change of the layout needs a new version.
TEST_CASE("the layout of version 1 stays as documented", "[storage]") {
  using namespace std::string_literals;
  CHECK(encode(MetaRecord{300, true}) == "\x01\xAC\x02\x01"s);
  ServerRecord server;
  server.name = "ab";
  server.config_hash = 1;
  server.last_ready_at = testing::at_ms(-1);
  server.era = "x";
  CHECK(encode(server) ==
        "\x01\x02"
        "ab\x01\0\0\0\0\0\0\0\0\0\0\x01\x01\0\0\0\0\0\0\0\0\0\0\x01x"s);
  ApprovalRecord approval;
  approval.server = "s";
  approval.tool = "t";
  approval.actor = "me";
  CHECK(encode(approval) == "\x01\x01s\x01t"s + std::string(32, '\0') + "\0\x02me"s);
  AgentMarkRecord mark;
  mark.name = "s";
  mark.held = true;
  CHECK(encode(mark) == "\x01\0\x01s\0\x01"s + std::string(32, '\0') + "\0"s);
}

}  // namespace
}  // namespace storage
