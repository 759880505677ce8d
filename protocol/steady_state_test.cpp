// Counts allocations of the whole program, so the counting stands in a file of its own.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "protocol/splice.h"

namespace {
std::size_t g_allocations = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++g_allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++g_allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return operator new(size, std::nothrow);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

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
  const std::size_t before = g_allocations;
  const Scanned request = scan(call);
  append_request(out, 18446744073709551615U, *request, change);
  const Scanned result = scan(answer);
  append_response(out, request->id, result->result);
  const Scanned notification = scan(progress);
  append_progress(out, *notification, request->progress_token);
  append_cancelled(out, 7, "gone");
  const std::size_t after = g_allocations;
  CHECK(after == before);
  CHECK(out.size() > call.size());
}

}  // namespace
}  // namespace protocol
