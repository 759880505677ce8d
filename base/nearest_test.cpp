#include "base/nearest.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

const std::vector<std::string_view> kNames{"github", "gitlab", "filesystem", "memory",
                                           "list_issues"};

TEST_CASE("a slip of the fingers finds the name that was meant", "[base]") {
  CHECK(nearest("gihtub", kNames, 3).front() == "github");
  CHECK(nearest("Memory", kNames, 3) == std::vector<std::string>{"memory"});
  CHECK(nearest("issues", kNames, 3) == std::vector<std::string>{"list_issues"});
  CHECK(nearest("list_isues", kNames, 1) == std::vector<std::string>{"list_issues"});
}

TEST_CASE("a name that is like none finds none, and absurd input is harmless", "[base]") {
  CHECK(nearest("kubernetes", kNames, 3).empty());
  CHECK(nearest("", kNames, 3).empty());
  CHECK(nearest(std::string(100'000, 'x'), kNames, 3).empty());
  const std::string long_name(300, 'g');
  const std::vector<std::string_view> candidates{long_name};
  CHECK(nearest("g", candidates, 3).empty());
}

TEST_CASE("suggestions read as a question", "[base]") {
  CHECK(did_you_mean({}).empty());
  const std::vector<std::string> two{"a", "b"};
  CHECK(did_you_mean(two) == " Did you mean a or b?");
  const std::vector<std::string> three{"a", "b", "c"};
  CHECK(did_you_mean(three) == " Did you mean a, b or c?");
}

TEST_CASE("some of many names are told in order, with how many more there are") {
  CHECK(some_of({"c", "a", "b"}, 3) == "a, b, c");
  CHECK(some_of({"c", "a", "b"}, 2) == "a, b and 1 more");
  CHECK(some_of({}, 2).empty());
}

}  // namespace
}  // namespace base
