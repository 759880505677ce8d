#include "base/reused_buffer.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

TEST_CASE("a buffer is empty for each use, and keeps the memory of usual ones", "[reused_buffer]") {
  std::string buffer = "of before";
  {
    const ReusedBuffer emptied(buffer);
    CHECK(buffer.empty());
    buffer.assign(ReusedBuffer::kKeptBytesMax / 2, 'x');
  }
  CHECK(buffer.capacity() >= ReusedBuffer::kKeptBytesMax / 2);
}

TEST_CASE("what a large use took of memory is given back after it", "[reused_buffer]") {
  std::string buffer;
  {
    const ReusedBuffer emptied(buffer);
    buffer.assign(ReusedBuffer::kKeptBytesMax + 1, 'x');
  }
  CHECK(buffer.capacity() < ReusedBuffer::kKeptBytesMax);
}

}  // namespace
}  // namespace base
