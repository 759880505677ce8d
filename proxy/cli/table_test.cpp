#include "proxy/cli/table.h"

#include <catch2/catch.hpp>

#include "proxy/cli/test_console.h"

namespace proxy::cli {
namespace {

const std::vector<Column> kColumns{{"NAME"}, {"STATE"}, {"N", true}, {"WHY", false, 6, 1}};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::string line;
  for (const char c : text) {
    if (c == '\n') {
      lines.push_back(std::exchange(line, {}));
    } else {
      line += c;
    }
  }
  return lines;
}

TEST_CASE("columns are aligned, numbers to the right") {
  CHECK(render_table(kColumns,
                     {{{"a"}, {"ready"}, {"7"}, {"fine"}}, {{"bc"}, {"off"}, {"12"}, {""}}}, {}) ==
        "NAME  STATE   N  WHY\n"
        "a     ready   7  fine\n"
        "bc    off    12\n");
}

TEST_CASE("a table fits 80 columns with a name of 57 characters, and the name stays whole") {
  const std::string name(57, 'n');
  const auto text = render_table(
      kColumns, {{{name}, {"auto_disabled"}, {"12"}, {"a reason far too long for what is left"}}},
      {80, false});
  for (const std::string& line : lines_of(text)) CHECK(display_width(line) <= 80);
  CHECK(text.find(name) != std::string::npos);
  CHECK(text.find("auto_disabled") != std::string::npos);
  CHECK(text.find("WHY") == std::string::npos);  // no room even for six columns: left out
}

TEST_CASE("what may be cut is cut before a column is dropped") {
  const auto text =
      render_table(kColumns, {{{"name"}, {"ready"}, {"1"}, {"a long reason"}}}, {25, false});
  CHECK(text ==
        "NAME  STATE  N  WHY\n"
        "name  ready  1  a long r…\n");
}

TEST_CASE("without a width nothing is cut") {
  const std::string why(300, 'w');
  CHECK(render_table(kColumns, {{{"n"}, {"s"}, {"1"}, {why}}}, {}).find(why) != std::string::npos);
}

TEST_CASE("no cell can move the cursor or break a line") {
  const auto text = render_table({{"A"}}, {{{"\x1b[2Jred\nline\xff\xc2\x9b"}}}, {});
  CHECK(text == "A\n<U+001B>[2Jred line?<U+009B>\n");
}

TEST_CASE("colours are written only when asked for, and do not count for the width") {
  const std::vector<std::vector<Cell>> rows{{{"x", Tone::good}, {"y"}}};
  CHECK(render_table({{"AB"}, {"C"}}, rows, {0, true}) ==
        "\x1b[2mAB\x1b[0m  \x1b[2mC\x1b[0m\n\x1b[32mx\x1b[0m   y\n");
  CHECK(render_table({{"AB"}, {"C"}}, rows, {}) == "AB  C\nx   y\n");
}

TEST_CASE("wide and combining characters count as the terminal counts them") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("é") == 1);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(display_width("日本") == 4);
  CHECK(cut_to("日本語", 5) == "日本…");
  CHECK(cut_to("日本語", 4) == "日…");
  CHECK(cut_to("abc", 3) == "abc");
  CHECK(cut_to("abcd", 3) == "ab…");
}

TEST_CASE("facts are aligned, wrapped to the width, and left out when empty") {
  CHECK(render_facts({{"Name", {"x"}}, {"Why", {""}}, {"Reason", {"one two three four five"}}},
                     {29, false}) ==
        "Name:    x\n"
        "Reason:  one two three four\n"
        "         five\n");
}

TEST_CASE("colour needs a terminal that has it and nobody who forbids it") {
  const auto env = environment;
  CHECK(screen_of(true, 100, env({})).colour);
  CHECK_FALSE(screen_of(false, 0, env({})).colour);
  CHECK_FALSE(screen_of(true, 100, env({{"NO_COLOR", "1"}})).colour);
  CHECK(screen_of(true, 100, env({{"NO_COLOR", ""}})).colour);
  CHECK_FALSE(screen_of(true, 100, env({{"TERM", "dumb"}})).colour);
  CHECK(screen_of(true, 100, env({})).width == 100);
  CHECK(screen_of(false, 0, env({})).width == 0);
  CHECK(screen_of(false, 0, env({{"COLUMNS", "80"}})).width == 80);
  CHECK(screen_of(true, 100, env({{"COLUMNS", "x"}})).width == 100);
}

}  // namespace
}  // namespace proxy::cli
