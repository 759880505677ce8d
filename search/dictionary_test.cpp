#include "search/dictionary.h"

#include <catch2/catch.hpp>

namespace search {
namespace {

TEST_CASE("a term keeps its number through growth") {
  Dictionary dictionary;
  const TermId first = dictionary.intern("first");
  for (int i = 0; i < 5000; ++i) dictionary.intern("term" + std::to_string(i));
  CHECK(dictionary.find("first") == first);
  CHECK(dictionary.intern("first") == first);
  CHECK(dictionary.text(dictionary.find("term4999")) == "term4999");
  CHECK(dictionary.find("absent") == kNoTerm);
  CHECK(dictionary.size() == 5001);
}

TEST_CASE("edit distance counts a swap of neighbours as one") {
  CHECK(edit_distance("repository", "repository", 2) == 0);
  CHECK(edit_distance("repositroy", "repository", 2) == 1);
  CHECK(edit_distance("reposiory", "repository", 2) == 1);
  CHECK(edit_distance("kubernets", "kubernetes", 2) == 1);
  CHECK(edit_distance("abc", "xyz", 2) == 3);
  CHECK(edit_distance("", "ab", 2) == 2);
}

TEST_CASE("near finds what is within reach and nothing else") {
  Dictionary dictionary;
  for (const char* term : {"commit", "comment", "permit", "command", "comet"})
    dictionary.intern(term);
  std::vector<Dictionary::Near> near;
  dictionary.near("comit", 1, near);
  std::string found;
  for (const auto& n : near) found += std::string(dictionary.text(n.term)) + " ";
  CHECK(found == "commit comet ");
}

TEST_CASE("a word family shares its beginning and differs by derivation only") {
  Dictionary dictionary;
  for (const char* term :
       {"creat", "creation", "creator", "credit", "transfer", "transact", "analyz"}) {
    dictionary.intern(term);
  }
  const auto family = [&](std::string_view word) {
    std::vector<TermId> terms;
    dictionary.family(word, terms);
    std::vector<std::string> texts;
    for (const TermId term : terms) texts.emplace_back(dictionary.text(term));
    std::ranges::sort(texts);
    return texts;
  };
  CHECK(family("creat") == std::vector<std::string>{"creation", "creator"});
  CHECK(family("analysi") == std::vector<std::string>{"analyz"});
  CHECK(family("transfer").empty());
  CHECK(family("cre").empty());
}

TEST_CASE("terms are found by their beginning") {
  Dictionary dictionary;
  for (const char* term : {"kubernet", "kube", "bucket"}) dictionary.intern(term);
  std::vector<TermId> terms;
  dictionary.starting_with("kub", terms);
  CHECK(terms.size() == 2);
}

}  // namespace
}  // namespace search
