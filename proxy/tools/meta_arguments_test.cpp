#include "proxy/tools/meta_arguments.h"

#include <catch2/catch.hpp>

namespace proxy::tools {
namespace {

TEST_CASE("retrieve_tools reads what it knows", "[tools]") {
  const auto read = retrieve_arguments(
      R"({"query":"caf\u00e9","limit":3,"detail":"full","server":"maps","group":null,"read_only":true})");
  REQUIRE(read.ok());
  CHECK(read->query == "caf\xc3\xa9");
  CHECK(read->limit == 3U);
  CHECK(read->detail == Detail::full);
  CHECK(read->server == "maps");
  CHECK(read->group.empty());
  CHECK(read->read_only);
  CHECK(retrieve_arguments("").ok());
  CHECK(!retrieve_arguments("{}")->limit);
}

TEST_CASE("absurd limits are brought into bounds", "[tools]") {
  CHECK(retrieve_arguments(R"({"limit":0})")->limit == 1U);
  CHECK(retrieve_arguments(R"({"limit":-7})")->limit == 1U);
  CHECK(retrieve_arguments(R"({"limit":1000000000})")->limit == RetrieveArguments::kLimitMax);
  CHECK(retrieve_arguments(R"({"limit":99999999999999999999999})")->limit ==
        RetrieveArguments::kLimitMax);
  const std::string long_query(100'000, 'q');
  CHECK(retrieve_arguments(R"({"query":")" + long_query + "\"}")->query.size() ==
        RetrieveArguments::kQueryBytesMax);
}

TEST_CASE("a mistake in the arguments names the member and what to do", "[tools]") {
  struct Case {
    const char* arguments;
    const char* named;
  };
  for (const Case& bad : {Case{R"({"query":7})", "query"}, Case{R"({"limit":"many"})", "limit"},
                          Case{R"({"detail":"all"})", "detail"},
                          Case{R"({"read_only":"yes"})", "read_only"}, Case{"[1]", "object"}}) {
    CAPTURE(bad.arguments);
    const auto read = retrieve_arguments(bad.arguments);
    REQUIRE(!read.ok());
    CHECK(read.error().code == base::ErrorCode::invalid_argument);
    CHECK(read.error().message.find(bad.named) != std::string::npos);
    CHECK(!read.error().remedy.empty());
  }
}

TEST_CASE("an argument that nothing reads is refused, with the one that was meant", "[tools]") {
  const auto told = [](const base::Error& error, std::string_view meant) {
    CAPTURE(error.message, error.remedy);
    CHECK(error.code == base::ErrorCode::invalid_argument);
    CHECK(error.message.find(meant) != std::string::npos);
    CHECK(error.remedy.starts_with("it takes: "));
  };
  told(retrieve_arguments(R"({"query":"x","limt":1})").error(), "\"limt\". Did you mean limit?");
  told(describe_arguments(R"({"ids":["a:b"],"detail":"full"})").error(), "\"detail\"");
  told(call_arguments("call_tool_read", R"({"id":"a:b","path":"/tmp"})").error(),
       "call_tool_read has no argument \"path\"");
  told(read_arguments(R"({"key":"k","ofset":1})").error(), "Did you mean offset?");
}

TEST_CASE("an argument that stands twice is refused, however it is spelled", "[tools]") {
  const auto twice = [](const auto& read) {
    REQUIRE(!read.ok());
    CHECK(read.error().message.find("twice") != std::string::npos);
  };
  twice(call_arguments("call_tool_read", R"({"id":"a:read","id":"a:wipe"})"));
  twice(call_arguments("call_tool_read", R"({"id":"a:read","\u0069d":"a:wipe"})"));
  twice(
      call_arguments("call_tool_read", R"({"id":"a:b","arguments":{},"argument\u0073":{"x":1}})"));
  twice(call_arguments("call_tool_read", R"({"id":"a:b","args":{"x":1},"args":{}})"));
  twice(retrieve_arguments(R"({"query":"a","server":"x","server":"y"})"));
  twice(retrieve_arguments(R"({"read_only":true,"read_onl\u0079":false})"));
  twice(describe_arguments(R"({"ids":["a:b"],"ids":["c:d"]})"));
  twice(read_arguments(R"({"key":"a","key":"b"})"));
}

TEST_CASE("describe_tool takes one id or up to fifty", "[tools]") {
  CHECK(describe_arguments(R"({"ids":["a:b","c:d"]})")->ids.size() == 2);
  CHECK(describe_arguments(R"({"ids":"a:b"})")->ids.size() == 1);
  CHECK(describe_arguments(R"({"id":"a:b"})")->ids.size() == 1);
  CHECK(!describe_arguments("{}").ok());
  CHECK(!describe_arguments(R"({"ids":[]})").ok());
  CHECK(!describe_arguments(R"({"ids":[1]})").ok());
  std::string many = R"({"ids":["a:b")";
  for (std::size_t i = 0; i < DescribeArguments::kIdsMax; ++i) many += R"(,"a:b")";
  CHECK(!describe_arguments(many + "]}").ok());
}

TEST_CASE("a call keeps the tool's own arguments byte for byte", "[tools]") {
  const auto read =
      call_arguments("call_tool", R"({"id":"s:t","arguments":{"n": 1.0,"id":"inner"}})");
  REQUIRE(read.ok());
  CHECK(read->id == "s:t");
  CHECK(read->arguments == R"({"n": 1.0,"id":"inner"})");
  CHECK(call_arguments("call_tool", R"({"name":"s:t","args":{}})")->id == "s:t");
  CHECK(call_arguments("call_tool", R"({"id":"s:t","arguments":null})")->arguments.empty());
  CHECK(!call_arguments("call_tool", R"({"arguments":{}})").ok());
  CHECK(!call_arguments("call_tool", R"({"id":"s:t","arguments":"{}"})").ok());
  CHECK(!call_arguments("call_tool", R"({"id":"s:t","arguments":[1]})").ok());
}

}  // namespace
}  // namespace proxy::tools
