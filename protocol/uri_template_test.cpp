#include "protocol/uri_template.h"

#include <catch2/catch.hpp>
#include <string>

namespace protocol {
namespace {

TEST_CASE("a template matches what it expands to, and nothing else", "[uri_template]") {
  struct Case {
    std::string_view pattern;
    std::string_view uri;
    bool matches;
  };
  const Case cases[] = {
      {"test://template/{id}/data", "test://template/7/data", true},
      {"test://template/{id}/data", "test://template/7/8/data", false},
      {"test://template/{id}/data", "test://template/7/date", false},
      {"test://template/{id}/data", "test://template//data", true},
      {"file:///{+path}", "file:///a/b/c.txt", true},
      {"file:///{path}", "file:///a/b/c.txt", false},
      {"file:///{path}", "file:///c.txt", true},
      {"repo://{owner}/{repo}{/path*}", "repo://o/r/src/main.c", true},
      {"repo://{owner}/{repo}{/path*}", "repo://o", false},
      {"s://q{?a,b}", "s://q?a=1&b=2", true},
      {"s://q{?a,b}", "s://q", true},
      {"s://{a}-{b}", "s://x-y-z", true},
      {"s://{+a}/x/{b}", "s://1/x/2/x/3", true},
      {"s://{+a}/x/{b}", "s://1/x/2/x/3/4", false},
      {"plain", "plain", true},
      {"plain", "plainer", false},
      {"s://{broken", "s://{broken", true},
      {"s://{}", "s://{}", true},
      {"", "", true},
      {"", "a", false},
  };
  for (const Case& row : cases) {
    CAPTURE(row.pattern, row.uri);
    CHECK(matches_template(row.pattern, row.uri) == row.matches);
  }
}

TEST_CASE("a hostile template costs a bounded number of steps", "[uri_template]") {
  std::string pattern = "s://";
  for (int i = 0; i < 500; ++i) pattern += "{+a}aaaaaaab";
  CHECK(!matches_template(pattern, "s://" + std::string(8000, 'a')));
}

}  // namespace
}  // namespace protocol
