#include "search/query_paths.h"

#include <catch2/catch.hpp>

namespace search {
namespace {

PlainQuery plain(std::string_view text) {
  Stemmer stemmer(Stemmer::kForQueries);
  return without_paths(text, Lexicon::builtin(), stemmer);
}

TEST_CASE("a path becomes the kind of its file and what is done with it") {
  const auto query =
      plain("Read the data in /root/in.xlsx, plot it and save it to `/root/figs/out.png`.");
  REQUIRE(query.paths.size() == 2);
  CHECK_FALSE(query.paths[0].writes);
  CHECK(query.paths[0].words.find("spreadsheet") != std::string::npos);
  CHECK(query.paths[1].writes);
  CHECK(query.paths[1].words.find("image") != std::string::npos);
  CHECK(query.text == "Read the data in  , plot it and save it to  `.");
}

TEST_CASE("paths without a known ending, of any system, are paths") {
  for (const char* text : {"/root/music", "~/notes", "./src", "../up", "C:\\Temp\\x", "a/b/c"}) {
    const auto query = plain(text);
    REQUIRE(query.paths.size() == 1);
    CHECK(query.paths[0].words == "path");
  }
}

TEST_CASE("what only looks like a file name stays a word") {
  for (const char* text : {"a node.js library", "files named *.log", "version 1.2", "e.g. this",
                           "and/or", "vercel/ai"}) {
    const auto query = plain(text);
    CHECK(query.paths.empty());
    CHECK(query.text == text);
  }
}

TEST_CASE("an address speaks of a web page, data of nothing") {
  CHECK(plain("open https://example.org/a/b.html now").text == "open  url webpage now");
  CHECK(plain("decode " + std::string(500, 'A')).text == "decode  ");
  CHECK(plain("").text.empty());
  CHECK(plain("/").paths.empty());
  std::string many;
  for (int i = 0; i < 100; ++i) many += "/a/b ";
  CHECK(plain(many).paths.size() == 6);
}

}  // namespace
}  // namespace search
