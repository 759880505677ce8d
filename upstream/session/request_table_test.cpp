#include "upstream/session/request_table.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace upstream {
namespace {

struct NoDeadlines final : RequestTable::DeadlineListener {
  void on_deadline(std::uint64_t) override {}
};

TEST_CASE("ids count up from one and are never used twice", "[session]") {
  NoDeadlines none;
  RequestTable table(none);
  for (std::uint64_t id = 1; id <= 100; ++id) {
    RequestTable::Row& row = table.add();
    CHECK(row.id == id);
    table.release(row);
  }
  CHECK(table.size() == 0);
  CHECK(table.find(100) == nullptr);
  CHECK(table.find(0) == nullptr);
}

TEST_CASE("a request that stays is found while thousands come and go", "[session][random]") {
  NoDeadlines none;
  RequestTable table(none);
  std::mt19937_64 random(3);
  std::map<std::uint64_t, CallTag> waiting;
  const std::uint64_t first = table.add().id;
  for (int turn = 0; turn < 20'000; ++turn) {
    if (waiting.size() < 200 && random() % 2 == 0) {
      RequestTable::Row& row = table.add();
      row.tag = random();
      REQUIRE(waiting.emplace(row.id, row.tag).second);
    } else if (!waiting.empty()) {
      auto chosen = waiting.begin();
      std::advance(chosen, static_cast<long>(random() % waiting.size()));
      RequestTable::Row* row = table.find(chosen->first);
      REQUIRE(row != nullptr);
      REQUIRE(row->tag == chosen->second);
      table.release(*row);
      REQUIRE(table.find(chosen->first) == nullptr);
      waiting.erase(chosen);
    }
    REQUIRE(table.size() == waiting.size() + 1);
  }
  CHECK(table.find(first) != nullptr);
}

TEST_CASE("a row forgets its last request", "[session]") {
  NoDeadlines none;
  RequestTable table(none);
  RequestTable::Row& row = table.add();
  row.serial = 9;
  row.progress_token = "\"abc\"";
  CHECK(table.find_serial(9) == &row);
  table.release(row);
  CHECK(table.find_serial(9) == nullptr);
  CHECK(table.add().progress_token.empty());
}

}  // namespace
}  // namespace upstream
