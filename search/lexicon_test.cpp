#include "search/lexicon.h"

#include <catch2/catch.hpp>

namespace search {
namespace {

bool expands(const Lexicon& lexicon, const std::string& from, const std::vector<std::string>& to) {
  for (const Expansion& e : lexicon.expansions(from)) {
    if (e.stems == to) return true;
  }
  return false;
}

TEST_CASE("the built-in data holds the domain's synonyms both ways") {
  const Lexicon& lexicon = Lexicon::builtin();
  CHECK(expands(lexicon, "repo", {"repositori"}));
  CHECK(expands(lexicon, "repositori", {"repo"}));
  CHECK(expands(lexicon, "pr", {"pull", "request"}));
  CHECK(expands(lexicon, "pull request", {"pr"}));
  CHECK(lexicon.salience("pleas") == Salience::filler);
  CHECK(lexicon.salience("get") == Salience::normal);
  CHECK(lexicon.file_words("docx").find("word") != std::string_view::npos);
}

TEST_CASE("a user's entries join the built-in ones") {
  const auto lexicon =
      Lexicon::builtin().extended("# ours\nsame: widget, gizmo\nalso: acme > invoice\n");
  REQUIRE(lexicon.ok());
  CHECK(expands(*lexicon, "gizmo", {"widget"}));
  CHECK(expands(*lexicon, "acm", {"invoic"}));
  CHECK_FALSE(expands(*lexicon, "invoic", {"acm"}));
  CHECK(expands(*lexicon, "repo", {"repositori"}));
}

TEST_CASE("a wrong entry is refused with its line") {
  const auto nonsense = Lexicon::builtin().extended("same: a, b\nwhat is this\n");
  REQUIRE_FALSE(nonsense.ok());
  CHECK(nonsense.error().message.find("line 2") != std::string::npos);
  CHECK_FALSE(Lexicon::builtin().extended("same: one two three four, five").ok());
  CHECK_FALSE(Lexicon::builtin().extended("same: , x").ok());
  CHECK_FALSE(Lexicon::builtin().extended("also: x").ok());
  CHECK_FALSE(Lexicon::builtin().extended("same").ok());
  CHECK_FALSE(Lexicon::builtin().extended(std::string(Lexicon::kTextBytesMax + 1, '#')).ok());
}

}  // namespace
}  // namespace search
