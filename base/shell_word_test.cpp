#include "base/shell_word.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

TEST_CASE("a name is quoted when a shell would take it apart", "[base]") {
  CHECK(shell_word("github") == "github");
  CHECK(shell_word("a.b_c-1") == "a.b_c-1");
  CHECK(shell_word("my server") == R"("my server")");
  CHECK(shell_word("") == R"("")");
  CHECK(shell_word("$(reboot)") == "'$(reboot)'");
  CHECK(shell_word("it's") == R"('it'\''s')");
  CHECK(shell_word("\xC3\xA4 b") == "'\xC3\xA4 b'");
}

}  // namespace
}  // namespace base
