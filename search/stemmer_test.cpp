#include "search/stemmer.h"

#include <catch2/catch.hpp>
#include <string>

namespace search {
namespace {

TEST_CASE("English words lose their endings, all others stay") {
  Stemmer stemmer(Stemmer::kForQueries);
  CHECK(stemmer.stem("repositories") == "repositori");
  CHECK(stemmer.stem("files") == stemmer.stem("file"));
  CHECK(stemmer.stem("k8s") == "k8s");
  CHECK(stemmer.stem("\u043f\u0438\u0441\u044c\u043c\u0430") ==
        "\u043f\u0438\u0441\u044c\u043c\u0430");
  CHECK(stemmer.stem("it") == "it");
}

TEST_CASE("plurals of abbreviations are abbreviations") {
  Stemmer stemmer(Stemmer::kForQueries);
  CHECK(stemmer.stem("prs") == "pr");
  CHECK(stemmer.stem("pdfs") == "pdf");
  CHECK(stemmer.stem("css") == "css");
}

TEST_CASE("the cache gives the same stems when words displace each other in it") {
  Stemmer tiny(1);
  Stemmer large(Stemmer::kForIndexing);
  for (const char* word :
       {"creating", "listing", "creating", "merged", "listing", "abcdefghijklmnopqrstuvwxyzing"}) {
    CHECK(std::string(tiny.stem(word)) == large.stem(word));
  }
}

}  // namespace
}  // namespace search
