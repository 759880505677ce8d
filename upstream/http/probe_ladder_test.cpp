#include "upstream/http/probe_ladder.h"

#include <catch2/catch.hpp>

#include "protocol/envelope.h"

namespace upstream {
namespace {

using D = DiscoverAnswer;

HttpEnd answer(int status, std::string body) {
  HttpEnd end;
  end.head.status = status;
  end.body = std::move(body);
  return end;
}

std::string error(int code, std::string_view data) {
  return R"({"jsonrpc":"2.0","id":"mcptrunk-discover","error":{"code":)" + std::to_string(code) +
         R"(,"message":"m","data":)" + std::string(data) + "}}";
}

std::string result(std::string_view text) {
  return R"({"jsonrpc":"2.0","id":"mcptrunk-discover","result":)" + std::string(text) + "}";
}

TEST_CASE("what server/discover was answered with tells the era, or nothing", "[http]") {
  struct Row {
    int status;
    std::string body;
    D answer;
  };
  const std::string both = R"({"supportedVersions":["2026-07-28","2025-06-18"]})";
  const std::string one = R"({"supportedVersions":["2026-07-28"]})";
  for (const Row& row :
       {Row{200, result(both), D::speaks_legacy}, Row{200, result(one), D::modern_only},
        Row{200, result("{}"), D::unknown}, Row{200, error(-32601, "{}"), D::unknown},
        Row{400, error(-32022, R"({"supported":["2026-08-01"]})"), D::modern_only},
        Row{400, error(-32022, R"({"supported":["2025-11-25"]})"), D::speaks_legacy},
        Row{400, error(-32020, "null"), D::modern_only}, Row{400, error(-32000, "{}"), D::unknown},
        Row{404, error(-32601, "{}"), D::unknown}, Row{400, "Bad Request", D::unknown},
        Row{404, "", D::unknown}, Row{405, "", D::unknown}, Row{500, "boom", D::unknown},
        Row{200, "<html>", D::unknown}, Row{401, "", D::login}, Row{403, result(one), D::login},
        Row{429, "", D::no_verdict}, Row{503, "", D::no_verdict}}) {
    INFO(row.status << " " << row.body);
    CHECK(read_discover_answer(answer(row.status, row.body)) == row.answer);
  }
  HttpEnd fault;
  fault.fault = HttpFault::refused;
  CHECK(read_discover_answer(fault) == D::no_verdict);
}

TEST_CASE("the ladder goes from the newest protocol to the oldest", "[http]") {
  CHECK(first_rung("", Ladder::whole) == Rung::discover);
  CHECK(after_discover(D::unknown) == Rung::streamable);
  CHECK(after_discover(D::speaks_legacy) == Rung::streamable);
  CHECK(after_discover(D::modern_only) == Rung::refused);
  CHECK(after_discover(D::login) == Rung::failed);
  CHECK(after_discover(D::no_verdict) == Rung::failed);
  const auto status = [](int code) {
    return Failure{FailureKind::http_status, code, "", "", {}, {}};
  };
  for (const int code : {400, 404, 405, 406}) {
    CHECK(after_failure(Rung::streamable, status(code), false, Ladder::whole) == Rung::sse);
    CHECK(after_failure(Rung::sse, status(code), false, Ladder::whole) == Rung::failed);
  }
  for (const int code : {403, 429, 500, 503}) {
    CHECK(after_failure(Rung::streamable, status(code), false, Ladder::whole) == Rung::failed);
  }
  const Failure network{FailureKind::network, 0, "", "", {}, {}};
  const Failure login{FailureKind::auth_required, 401, "", "", {}, {}};
  CHECK(after_failure(Rung::streamable, network, false, Ladder::whole) == Rung::failed);
  CHECK(after_failure(Rung::streamable, login, true, Ladder::whole) == Rung::failed);
}

TEST_CASE("what was found is tried first, and forgotten when it proves wrong", "[http]") {
  for (const Rung rung : {Rung::streamable, Rung::sse}) {
    CHECK(first_rung(remembered_word(rung), Ladder::whole) == rung);
    const Failure gone{FailureKind::http_status, 405, "", "", {}, {}};
    const Failure page{FailureKind::protocol_error, 200, "", "", {}, {}};
    CHECK(after_failure(rung, gone, true, Ladder::whole) == Rung::discover);
    CHECK(after_failure(rung, page, true, Ladder::whole) == Rung::discover);
  }
  CHECK(remembered_word(Rung::discover).empty());
  CHECK(first_rung("something of a later version", Ladder::whole) == Rung::discover);
}

TEST_CASE("where a revision is named, the ladder begins below the newest protocol", "[http]") {
  const Failure gone{FailureKind::http_status, 405, "", "", {}, {}};
  CHECK(first_rung("", Ladder::legacy) == Rung::streamable);
  CHECK(first_rung("legacy/sse", Ladder::legacy) == Rung::sse);
  CHECK(after_failure(Rung::sse, gone, true, Ladder::legacy) == Rung::streamable);
  CHECK(after_failure(Rung::streamable, gone, false, Ladder::legacy) == Rung::sse);
}

TEST_CASE("the request is one of 2026-07-28", "[http]") {
  const std::string request = discover_request();
  const protocol::Scanned scanned = protocol::scan(request);
  REQUIRE(scanned.ok());
  CHECK(scanned->method_name == "server/discover");
  CHECK(scanned->meta_protocol_version.is("2026-07-28"));
  CHECK(scanned->id == kDiscoverId);
}

}  // namespace
}  // namespace upstream
