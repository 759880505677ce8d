#include "storage/codec.h"

#include <catch2/catch.hpp>
#include <limits>

namespace storage {
namespace {

TEST_CASE("numbers of every size come back", "[storage]") {
  ByteWriter out;
  const std::uint64_t numbers[] = {
      0, 1, 127, 128, 255, 1ULL << 35, 1ULL << 63, std::numeric_limits<std::uint64_t>::max()};
  const std::int64_t integers[] = {0, -1, 1, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max()};
  for (const std::uint64_t number : numbers) out.number(number);
  for (const std::int64_t integer : integers) out.integer(integer);
  out.u64(0x0102030405060708);
  const std::string bytes = out.take();
  CHECK(bytes.substr(bytes.size() - 8) == "\x08\x07\x06\x05\x04\x03\x02\x01");

  ByteReader in(bytes);
  for (const std::uint64_t number : numbers) CHECK(in.number() == number);
  for (const std::int64_t integer : integers) CHECK(in.integer() == integer);
  CHECK(in.u64() == 0x0102030405060708);
  CHECK(in.finished());
}

TEST_CASE("what is missing, too long or too large reads as nothing and stays an error",
          "[storage]") {
  ByteReader empty("");
  CHECK(empty.u8() == 0);
  CHECK(!empty.ok());
  CHECK(!empty.finished());

  ByteReader long_text(
      "\x05"
      "abc");
  CHECK(long_text.text().empty());
  CHECK(!long_text.ok());
  CHECK(long_text.number() == 0);

  ByteReader endless("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F");
  CHECK(endless.number() == 0);
  CHECK(!endless.ok());

  ByteReader two("\x02");
  CHECK(!two.boolean());
  CHECK(!two.ok());

  ByteReader wide("\xFF\xFF\xFF\xFF\x7F");
  CHECK(wide.number32() == 0);
  CHECK(!wide.ok());
}

TEST_CASE("a damaged list length allocates nothing", "[storage]") {
  ByteWriter out;
  out.number(std::numeric_limits<std::uint64_t>::max());
  const std::string bytes = out.take();
  ByteReader in(bytes);
  CHECK(in.texts().empty());
  CHECK(!in.ok());
}

}  // namespace
}  // namespace storage
