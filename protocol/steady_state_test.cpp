// Counts allocations of the whole program, so the counting stands in a file of its own.
#include <catch2/catch.hpp>

#include "base/counted_new.h"
#include "protocol/splice.h"

namespace protocol {
namespace {

TEST_CASE("a call goes upstream and its answer back without an allocation", "[protocol]") {
  const std::string_view call =
      R"({"jsonrpc":"2.0","id":"a-rather-long-request-id","method":"tools/call","params":{"name":)"
      R"("a_server__a_tool_with_a_long_name","arguments":{"a":[1.5e3,"é",{"b":null}]},)"
      R"("_meta":{"progressToken":"a-rather-long-token"}}})";
  const std::string_view answer =
      R"({"jsonrpc":"2.0","id":18446744073709551615,"result":{"content":[{"type":"text","text":"x"}]}})";
  const std::string_view progress =
      R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":7,"progress":1}})";
  std::string out;
  out.reserve(4096);
  const ParamsChange change{.name = "a_tool_with_a_long_name", .progress_token = 1234567890123};
  const std::size_t before = base::g_counted_allocations;
  const Scanned request = scan(call);
  append_request(out, 18446744073709551615U, *request, change);
  const Scanned result = scan(answer);
  append_response(out, request->id, result->result);
  const Scanned notification = scan(progress);
  append_progress(out, *notification, request->progress_token);
  append_cancelled(out, 7, "gone");
  const std::size_t after = base::g_counted_allocations;
  CHECK(after == before);
  CHECK(out.size() > call.size());
}

}  // namespace
}  // namespace protocol
