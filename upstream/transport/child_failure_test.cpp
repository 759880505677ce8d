#include "upstream/transport/child_failure.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

TEST_CASE("of the last words of a program the one that names the error is quoted", "[transport]") {
  struct Case {
    std::vector<std::string> tail;
    const char* quoted;
  };
  const Case cases[] = {
      {{"starting", "Error: DATABASE_URL is required"}, "Error: DATABASE_URL is required"},
      {{"Error: Cannot find module 'x'", "    at Module._load (a.js:1)", "  code: 'MODULE'", "}",
        "", "Node.js v20.1.0"},
       "Error: Cannot find module 'x'"},
      {{"npm error 404", "npm error 404  'x@*' could not be found or you have no permission",
        "npm error 404", "npm error 404 Note that you can also install from a",
        "npm error 404 tarball, folder, http url, or git url.",
        "npm error A complete log of this run can be found in: /root/.npm/_logs/x.log"},
       "npm error 404  'x@*' could not be found or you have no permission"},
      {{"Traceback (most recent call last):", "  File \"a.py\", line 1",
        "ModuleNotFoundError: No module named 'mcp'"},
       "ModuleNotFoundError: No module named 'mcp'"},
      {{"usage: server DIR", "a directory is missing", "}"}, "a directory is missing"},
      {{"bye"}, "bye"},
      {{"}", ""}, ""},
  };
  for (const Case& one : cases) CHECK(telling_line(one.tail) == one.quoted);
}

}  // namespace
}  // namespace upstream
