#include "protocol/revision.h"

#include <catch2/catch.hpp>

#include "protocol/jsonrpc.h"

namespace protocol {
namespace {

TEST_CASE("revisions are named exactly", "[protocol]") {
  for (const auto* text : {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}) {
    REQUIRE(revision_from(text));
    CHECK(to_string(*revision_from(text)) == text);
  }
  CHECK(!revision_from("2025-11-25 "));
  CHECK(!revision_from("2025-11"));
  CHECK(!revision_from(""));
}

TEST_CASE("a server answers a legacy revision with itself, all else with its newest",
          "[protocol]") {
  CHECK(answer_initialize("2024-11-05") == Revision::v2024_11_05);
  CHECK(answer_initialize("2025-03-26") == Revision::v2025_03_26);
  CHECK(answer_initialize("2025-11-25") == Revision::v2025_11_25);
  CHECK(answer_initialize("2026-07-28") == Revision::v2025_11_25);
  CHECK(answer_initialize("2031-01-01") == Revision::v2025_11_25);
  CHECK(answer_initialize("1.0") == Revision::v2025_11_25);
}

TEST_CASE("a client goes on with legacy revisions only", "[protocol]") {
  CHECK(accept_initialize("2024-11-05") == Revision::v2024_11_05);
  CHECK(!accept_initialize("2026-07-28"));
  CHECK(!accept_initialize("2024-10-07"));
}

TEST_CASE("features come and go with revisions", "[protocol]") {
  CHECK(!has(Revision::v2024_11_05, Feature::batches));
  CHECK(has(Revision::v2025_03_26, Feature::batches));
  CHECK(!has(Revision::v2025_06_18, Feature::batches));
  CHECK(!has(Revision::v2025_03_26, Feature::structured_content));
  CHECK(has(Revision::v2025_06_18, Feature::structured_content));
  CHECK(has(Revision::v2026_07_28, Feature::resource_link));
  CHECK(!has(Revision::v2024_11_05, Feature::audio_content));
  CHECK(has(Revision::v2025_11_25, Feature::core_tasks));
  CHECK(!has(Revision::v2026_07_28, Feature::core_tasks));
  CHECK(!has(Revision::v2026_07_28, Feature::ping));
  CHECK(has(Revision::v2026_07_28, Feature::required_result_type));
  CHECK(!has(Revision::v2025_11_25, Feature::required_result_type));
}

TEST_CASE("the body decides the era of an HTTP request", "[protocol]") {
  struct Row {
    EraClues clues;
    Era era;
    int code;
  };
  const Row rows[] = {
      {{Method::tools_call, true, true, "2026-07-28", "2026-07-28"}, Era::modern, 0},
      {{Method::initialize, true, true, "2026-07-28", "2026-07-28"}, Era::modern, 0},
      {{Method::tools_call, true, true, "2026-07-28", std::nullopt}, Era::modern, kHeaderMismatch},
      {{Method::tools_call, true, true, "2027-01-01", "2026-07-28"}, Era::modern, kHeaderMismatch},
      {{Method::tools_call, true, true, "2027-01-01", "2027-01-01"},
       Era::modern,
       kUnsupportedProtocolVersion},
      {{Method::tools_call, true, true, "2025-11-25", "2025-11-25"},
       Era::modern,
       kUnsupportedProtocolVersion},
      {{Method::tools_call, true, true, std::nullopt, "2026-07-28"}, Era::modern, kInvalidParams},
      {{Method::initialize, true, false, std::nullopt, std::nullopt}, Era::legacy, 0},
      {{Method::initialize, true, false, std::nullopt, "2026-07-28"}, Era::legacy, kHeaderMismatch},
      {{Method::tools_list, true, false, std::nullopt, "2026-07-28"}, Era::modern, kInvalidParams},
      {{Method::tools_list, true, false, std::nullopt, "2025-06-18"}, Era::legacy, 0},
      {{Method::tools_list, true, false, std::nullopt, std::nullopt}, Era::legacy, 0},
      {{Method::tools_list, false, true, "2026-07-28", std::nullopt}, Era::modern, 0},
      {{Method::tools_list, false, false, std::nullopt, std::nullopt}, Era::legacy, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(&row - rows);
    const EraVerdict verdict = era_of(row.clues);
    CHECK(verdict.era == row.era);
    CHECK(verdict.refuse_code == row.code);
  }
}

}  // namespace
}  // namespace protocol
