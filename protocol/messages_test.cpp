#include "protocol/messages.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

std::string written(auto append, const auto&... arguments) {
  std::string out;
  append(out, arguments...);
  return out;
}

TEST_CASE("small messages are written as MCP wants them", "[protocol]") {
  CHECK(written(append_text_result, "a\"b", true) ==
        R"({"content":[{"type":"text","text":"a\"b"}],"isError":true})");
  CHECK(
      written(append_structured_result, "{\"a\":\n1}") ==
      R"({"content":[{"type":"text","text":"{\"a\":\n1}"}],"structuredContent":{"a": 1},"isError":false})");
  CHECK(written(append_progress_params, R"("t")", 0.5, std::optional<double>(), "") ==
        R"({"progressToken":"t","progress":0.5})");
  CHECK(written(append_progress_params, "7", 1.0, std::optional<double>(100), "x") ==
        R"({"progressToken":7,"progress":1,"total":100,"message":"x"})");
  CHECK(written(append_list_params, std::optional<std::string_view>()) == "{}");
  CHECK(written(append_list_params, std::optional<std::string_view>("")) == R"({"cursor":""})");
  CHECK(written(append_call_params, "a", "{\n}") == R"({"name":"a","arguments":{ }})");
  CHECK(written(append_call_params, "a", "") == R"({"name":"a"})");
}

TEST_CASE("an upstream's error is read with its data", "[protocol]") {
  const auto full = scan(
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no \"x\"","data":{"uri":"a"}}})");
  REQUIRE(full.ok());
  const RpcError error = read_error(*full);
  CHECK(error.code == kInvalidParams);
  CHECK(error.message == "no \"x\"");
  CHECK(error.data_json == R"({"uri":"a"})");
  const auto odd = scan(R"({"jsonrpc":"2.0","id":1,"error":{"code":"E1"}})");
  REQUIRE(odd.ok());
  CHECK(read_error(*odd).code == kInternalError);
  CHECK(!read_error(*odd).message.empty());
  const auto blank = scan(R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":" "}})");
  CHECK(read_error(*blank).message == "the server names no reason");
}

}  // namespace
}  // namespace protocol
