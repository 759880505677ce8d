#include "search/words.h"

#include <catch2/catch.hpp>

namespace search {
namespace {

// "part+part" for each word, words separated by spaces.
std::string words_of(std::string_view text) {
  std::string out;
  WordReader reader;
  reader.start(text);
  while (reader.next()) {
    if (!out.empty()) out += ' ';
    for (std::size_t i = 0; i < reader.part_count(); ++i) {
      if (i > 0) out += '+';
      out += reader.part(i);
    }
  }
  return out;
}

TEST_CASE("identifiers are cut at humps, underscores and hyphens") {
  CHECK(words_of("read_file get-user createIssue") == "read+file get+user create+issue");
  CHECK(words_of("getHTTPResponse parseURLs listPDFs") == "get+http+response parse+urls list+pdfs");
  CHECK(words_of("listTop10Items __init__ -x-") == "list+top10+items init x");
}

TEST_CASE("numbers stay in their words and versions stay whole") {
  CHECK(words_of("k8s s3 base64 36kr v2") == "k8s s3 base64 36kr v2");
  CHECK(words_of("python 3.11.2 released.") == "python 3.11.2 released");
}

TEST_CASE("apostrophes belong to words, possessives do not") {
  CHECK(words_of("the user's file, don't 'quote'") == "the user file dont quote");
}

TEST_CASE("marks and width are folded, case goes in any script") {
  CHECK(words_of("Caf\u00e9 M\u00dcNCHEN \uff26ull \u041f\u0420\u0418\u0412\u0415\u0422") ==
        "cafe munchen full \u043f\u0440\u0438\u0432\u0435\u0442");
}

TEST_CASE("scripts without spaces give pairs of characters") {
  CHECK(words_of("\u6587\u4ef6\u5939") == "\u6587\u4ef6 \u4ef6\u5939");
  CHECK(words_of("\u6587") == "\u6587");
  CHECK(words_of("pdf\u6587\u4ef6 ok") == "pdf \u6587\u4ef6 ok");
}

TEST_CASE("bytes that are no text separate words") {
  CHECK(words_of("abc\xff\xfe"
                 "def") == "abc def");
  CHECK(words_of(std::string_view("a\0b\x01"
                                  "c",
                                  5)) == "a b c");
  CHECK(words_of(" \t.,;:!?()[]{}-_'\"/\\").empty());
}

TEST_CASE("an endless run is skipped, the rest is read") {
  CHECK(words_of(std::string(5000, 'x') + " end") == "end");
  CHECK(words_of("data " + std::string(41, 'a') + "_name") == "data name");
}

TEST_CASE("the gap tells clauses apart") {
  WordReader reader;
  reader.start("read file, then save. Done");
  std::string gaps;
  while (reader.next()) gaps += reader.gap() == 0 ? '0' : reader.gap();
  CHECK(gaps == "0 , .");
}

}  // namespace
}  // namespace search
