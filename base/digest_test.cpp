#include "base/digest.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

TEST_CASE("the digest is SHA-256", "[base]") {
  // FIPS 180-4, the one-block example: "abc".
  const Digest digest = sha256("abc");
  CHECK(digest[0] == 0xba);
  CHECK(digest[1] == 0x78);
  CHECK(digest[31] == 0xad);
  CHECK(digest64("abc") != digest64("abd"));
  CHECK(sha256("") != sha256(std::string_view("\0", 1)));
}

}  // namespace
}  // namespace base
