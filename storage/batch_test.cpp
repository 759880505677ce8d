#include "storage/batch.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "storage/test_records.h"
#include "storage/write_behind.h"

namespace storage {
namespace {

using namespace std::chrono_literals;

Batch with_server(const std::string& name, std::uint32_t failures = 0) {
  ServerRecord record = testing::server(name);
  record.consecutive_failures = failures;
  Batch batch;
  batch.put_server(record);
  return batch;
}

TEST_CASE("keys sort as what they stand for and are never too long", "[storage]") {
  CHECK(number_key(1) < number_key(2));
  CHECK(number_key(255) < number_key(256));
  CHECK(number_key(1) < number_key(~0ULL));
  CHECK(expiry_key(5, "z") < expiry_key(6, "a"));
  CHECK(expiry_key(-5, "a") < expiry_key(1, "a"));
  CHECK(name_key("srv") == "srv");

  const std::string first = std::string(5'000, 'x') + "a";
  const std::string second = std::string(5'000, 'x') + "b";
  CHECK(name_key(first) != name_key(second));
  CHECK(name_key(first).size() == 200);
  CHECK(approval_key(first, second).size() <= kKeyBytesMax);
  CHECK(expiry_key(1, first).size() <= kKeyBytesMax);
  CHECK(approval_key("a", "b").starts_with(approval_prefix("a")));
  CHECK(!approval_key("ab", "c").starts_with(approval_prefix("a")));
}

TEST_CASE("merging keeps the last put of a key, and the order of puts and erases", "[storage]") {
  Batch batch = with_server("a", 1);
  batch.merge(with_server("b", 1));
  batch.merge(with_server("a", 2));
  REQUIRE(batch.edits().size() == 2);
  CHECK(batch.edits()[0].key == "b");
  CHECK(batch.edits()[1].key == "a");
  CHECK(batch.bytes() == with_server("a").bytes() * 2);

  Batch erase;
  erase.erase_group("g");
  Batch put;
  put.put_group(testing::group("g"));
  Batch groups = put;
  groups.merge(erase);
  groups.merge(put);
  REQUIRE(groups.edits().size() == 2);
  CHECK(groups.edits()[0].kind == Edit::Kind::erase);
  CHECK(groups.edits()[1].kind == Edit::Kind::put);
}

TEST_CASE("observations are handed on together after the delay, the last of each key",
          "[storage]") {
  base::SimRuntime sim;
  std::vector<Batch> taken;
  bool willing = true;
  WriteBehind behind(sim.runtime(), 100ms, [&](Batch& batch, bool forced) {
    if (!willing && !forced) return false;
    taken.push_back(std::move(batch));
    return true;
  });
  for (int i = 0; i < 50; ++i) {
    behind.add(with_server("a", static_cast<std::uint32_t>(i)));
    behind.add(with_server("b"));
  }
  sim.advance(99ms);
  CHECK(taken.empty());
  sim.advance(1ms);
  REQUIRE(taken.size() == 1);
  CHECK(taken[0].edits().size() == 2);

  behind.flush();
  CHECK(taken.size() == 1);
  behind.add(with_server("c"));
  behind.flush();
  CHECK(taken.size() == 2);
  CHECK(sim.timers().armed_count() == 0);

  willing = false;
  behind.add(with_server("d"));
  sim.advance(1s);
  CHECK(taken.size() == 2);
  behind.add(with_server("d"));
  willing = true;
  sim.advance(100ms);
  REQUIRE(taken.size() == 3);
  CHECK(taken[2].edits().size() == 1);
}

TEST_CASE("observations that grow large do not wait for the delay", "[storage]") {
  base::SimRuntime sim;
  int taken = 0;
  WriteBehind behind(sim.runtime(), 100ms, [&](Batch& batch, bool) {
    ++taken;
    batch = Batch();
    return true;
  });
  CatalogRecord record;
  record.tools.pages.push_back(std::string(WriteBehind::kBytesMax / 2, 'x'));
  for (const char* name : {"a", "b", "c"}) {
    record.server = name;
    Batch batch;
    batch.put_catalog(record);
    behind.add(std::move(batch));
  }
  CHECK(taken == 1);
}

}  // namespace
}  // namespace storage
