#include "base/secret_mask.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

std::string masked(const SecretMask& mask, std::string text) {
  mask.apply(text);
  return text;
}

TEST_CASE("secrets are hidden wherever they stand", "[base]") {
  const SecretMask mask({"hunter2000", "sesame!"});
  CHECK(masked(mask, "hunter2000") == "***");
  CHECK(masked(mask, "sesame!sesame! and hunter2000.") == "****** and ***.");
  CHECK(masked(mask, "hunter200") == "hunter200");
  CHECK(masked(SecretMask(), "sesame!") == "sesame!");
}

TEST_CASE("a secret that holds another is hidden whole", "[base]") {
  const SecretMask mask({"secret", "secret-and-more"});
  CHECK(masked(mask, "secret-and-more secret") == "*** ***");
}

TEST_CASE("what is too short to be a secret stays", "[base]") {
  CHECK(masked(SecretMask({"on", "", "12345"}), "on port 12345") == "on port 12345");
}

}  // namespace
}  // namespace base
