#include "base/hidden_text.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

TEST_CASE("what shows nothing or turns the text is named for people, and left out for agents",
          "[text]") {
  struct Case {
    const char* text;
    const char* shown;
    const char* without;
  };
  for (const Case& one : {
           Case{"read\u202Efile", "read<U+202E>file", "readfile"},
           Case{"\u2066a\u2069", "<U+2066>a<U+2069>", "a"},
           Case{"a\u200Bb\u200Cc\u200Dd\uFEFFe", "a<U+200B>b<U+200C>c<U+200D>d<U+FEFF>e", "abcde"},
           Case{"so\u00ADft", "so<U+00AD>ft", "soft"},
           Case{"a\u061C\u200E\u200F", "a<U+061C><U+200E><U+200F>", "a"},
           Case{"tag\U000E0001\U000E0061", "tag<U+E0001><U+E0061>", "tag"},
           Case{"a\uFE00\uFE0F\U000E0100", "a<U+FE00><U+FE0F><U+E0100>", "a"},
           Case{"a\u2065\uFFF0\U000E0080\U000E0FFF", "a<U+2065><U+FFF0><U+E0080><U+E0FFF>", "a"},
           Case{"\u2028x\u2029", "<U+2028>x<U+2029>", "x"},
           Case{"a\u3164b\u115Fc\uFFA0d\u2800", "a<U+3164>b<U+115F>c<U+FFA0>d<U+2800>", "abcd"},
           Case{"a\u034Fb\u180Ec", "a<U+034F>b<U+180E>c", "abc"},
           Case{"\x1B[2J\x07\x7F", "<U+001B>[2J<U+0007><U+007F>", "[2J"},
           Case{"\u009Bm\u0085", "<U+009B>m<U+0085>", "m"},
           Case{"\uE000", "<U+E000>", ""},
       }) {
    CAPTURE(one.shown);
    CHECK(has_hidden(one.text));
    CHECK(with_hidden_shown(one.text) == one.shown);
    CHECK(without_hidden(one.text) == one.without);
  }
}

TEST_CASE("ordinary text of any script, layout and whole emoji stay", "[text]") {
  for (const char* text :
       {"plain", "a\n\tb\r\n", "caf\u00E9 na\u00EFve", "\u4F60\u597D",
        "\u0645\u0631\u062D\u0628\u0627", "e\u0301", "\u2764\uFE0F",
        "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F3F3\uFE0F\u200D\U0001F308",
        "\U0001F44D\U0001F3FD", "1\uFE0F\u20E3", "\U0001F469\U0001F3FD\u200D\U0001F4BB",
        "\U0001F1E9\U0001F1EA", "\xFF\xC3 broken"}) {
    CAPTURE(text);
    CHECK_FALSE(has_hidden(text));
    CHECK(with_hidden_shown(text) == text);
    CHECK(without_hidden(text) == text);
  }
}

TEST_CASE("a joiner that joins no pictographs hides, and so does what stands behind it", "[text]") {
  CHECK(with_hidden_shown("\U0001F468\u200Dx") == "\U0001F468<U+200D>x");
  CHECK(with_hidden_shown("x\u200D\U0001F468") == "x<U+200D>\U0001F468");
  CHECK(with_hidden_shown("\U0001F3F4\U000E0067\U000E007F") == "\U0001F3F4<U+E0067><U+E007F>");
  CHECK(with_hidden_shown("\u2764\uFE0F\uFE0F\uFE0E") == "\u2764\uFE0F<U+FE0F><U+FE0E>");
}

}  // namespace
}  // namespace base
