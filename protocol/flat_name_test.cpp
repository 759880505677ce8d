#include "protocol/flat_name.h"

#include <catch2/catch.hpp>
#include <map>
#include <random>

namespace protocol {
namespace {

bool in_alphabet(std::string_view name) {
  return name.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") ==
         std::string_view::npos;
}

TEST_CASE("ordinary names are joined as they are", "[protocol]") {
  CHECK(flat_name("github", "create_issue") == "github__create_issue");
  CHECK(flat_name("mcp-x", "a__b") == "mcp-x__a__b");
  CHECK(flat_name("a", "b") == "a__b");
}

TEST_CASE("a changed, unclear or cut name ends in a hash that never changes", "[protocol]") {
  CHECK(flat_name("my server", "read").size() == std::string("my_server__read_").size() + 8);
  for (const auto& [server, tool] : {std::pair{"a__b", "c"},
                                     {"a_", "b"},
                                     {"a", "_b"},
                                     {"a", ""},
                                     {"a.b", "c"},
                                     {"a", "b/c"},
                                     {"a", "é"}}) {
    const std::string name = flat_name(server, tool);
    CAPTURE(name);
    CHECK(in_alphabet(name));
    CHECK(name[name.size() - 9] == '_');
    CHECK(name == flat_name(server, tool));
  }
  CHECK(flat_name("a b", "c") == "a_b__c_84eff4df");
}

TEST_CASE("names that would meet are kept apart", "[protocol]") {
  CHECK(flat_name("a__b", "c") != flat_name("a", "b__c"));
  CHECK(flat_name("a_", "b") != flat_name("a", "_b"));
  CHECK(flat_name("a b", "c") != flat_name("a.b", "c"));
  CHECK(flat_name("a b", "c") != flat_name("a_b", "c"));
  CHECK(flat_name("s", std::string(60, 'x') + "1") != flat_name("s", std::string(60, 'x') + "2"));
}

TEST_CASE("no tool takes a hashed name by being called like it", "[protocol]") {
  const std::string hashed = flat_name("a b", "c");
  CHECK(hashed == "a_b__c_84eff4df");
  CHECK(flat_name("a_b", "c_84eff4df") != hashed);
  const std::string cut = flat_name("files", std::string(80, 't'));
  CHECK(flat_name("files", cut.substr(std::string("files__").size())) != cut);
  CHECK(flat_name("a", "12345678").starts_with("a__12345678_"));
  for (const char* plain : {"c_84EFF4DF", "c_84eff4d", "c_84eff4dg", "c84eff4df"}) {
    CHECK(flat_name("a_b", plain) == std::string("a_b__") + plain);
  }
}

TEST_CASE("a cut name keeps what tells most: the tool, and the start of the server", "[protocol]") {
  const std::string name = flat_name(std::string(57, 's'), "search_documents");
  CHECK(name.size() == kFlatNameBytesDefault);
  CHECK(name.find("__search_documents_") != std::string::npos);
  const std::string long_tool = flat_name("files", std::string(80, 't'));
  CHECK(long_tool.size() == kFlatNameBytesDefault);
  CHECK(long_tool.starts_with("files__tttt"));
}

TEST_CASE("flat names fit, stay in the alphabet and differ", "[protocol][random]") {
  const auto seed = Catch::rngSeed();
  CAPTURE(seed);
  std::mt19937 random(seed);
  constexpr std::string_view kLetters = "ab_-. /\xc3\xa9Z9";
  const auto word = [&](std::size_t size_max) {
    std::string text;
    for (std::size_t size = random() % size_max; size > 0; --size) {
      text += kLetters[random() % kLetters.size()];
    }
    return text;
  };
  std::map<std::string, std::pair<std::string, std::string>> seen;
  for (int round = 0; round < 20'000; ++round) {
    const std::pair names{word(70), word(70)};
    const std::size_t limit = round % 2 == 0 ? 48 : 64;
    const std::string name = flat_name(names.first, names.second, limit);
    CHECK(name.size() <= limit);
    CHECK(in_alphabet(name));
    const auto [at, fresh] = seen.emplace(std::to_string(limit) + name, names);
    if (!fresh) CHECK(at->second == names);
  }
  CHECK(flat_name("server", std::string(100, 'x'), 0).size() == kFlatNameBytesMin);
}

}  // namespace
}  // namespace protocol
