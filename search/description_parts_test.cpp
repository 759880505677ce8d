#include "search/description_parts.h"

#include <catch2/catch.hpp>
#include <string>

namespace search {
namespace {

TEST_CASE("the first sentence is the summary") {
  const auto parts =
      split_description("  Reads a file (e.g. a log). Works offline.\nArgs: path: where it is");
  CHECK(parts.summary == "Reads a file (e.g. a log)");
  CHECK(parts.rest == " Works offline.\n");
  CHECK(parts.parameters == "Args: path: where it is");
}

TEST_CASE("a description of one sentence, of none and of one endless sentence") {
  CHECK(split_description("List users").summary == "List users");
  CHECK(split_description("List users").rest.empty());
  CHECK(split_description("").summary.empty());
  CHECK(split_description("Args: x").summary.empty());
  CHECK(split_description("Args: x").parameters == "Args: x");
  const std::string endless = std::string(200, 'a') + " " + std::string(200, 'b');
  CHECK(split_description(endless).summary == std::string(200, 'a'));
}

}  // namespace
}  // namespace search
