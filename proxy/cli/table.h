// Tables for terminals: aligned, cut to the width, coloured. Pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::cli {

// What is written on: `width` in columns, 0 for as wide as it takes (a pipe).
struct Screen {
  std::size_t width = 0;
  bool colour = false;
};

enum class Tone : std::uint8_t { plain, good, busy, bad, dim, strong };

struct Cell {
  std::string text;
  Tone tone = Tone::plain;
};

struct Column {
  std::string title;
  bool right = false;  // numbers
  // 0: never cut. Else it may be cut down to so many columns, with an ellipsis.
  std::size_t width_min = 0;
  // When the screen is too narrow even with everything cut, columns of the highest value go first;
  // 0: never.
  std::uint8_t drop_order = 0;
};

// Columns two spaces apart, a title line first. Titles and cells take one line each: control
// characters become spaces, so no cell can move the cursor. Rows have one cell for each column.
std::string render_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<Cell>>& rows, const Screen& screen);

// "Name:   text" lines, values in one column; long values go on in the next line. Empty ones are
// left out.
struct Fact {
  std::string name;
  Cell value;
};
std::string render_facts(const std::vector<Fact>& facts, const Screen& screen);

// `text` in the tone's colour, or as it is.
std::string toned(std::string_view text, Tone tone, const Screen& screen);

// Terminal columns of UTF-8 text: one for each code point, combining marks none, East Asian wide
// and emoji two.
std::size_t display_width(std::string_view text);
// One line in which what is hidden is named: "<U+202E>". Bytes that are not UTF-8 become '?'.
std::string one_clean_line(std::string_view text);
// At most `width` columns, the last of them an ellipsis when something was cut.
std::string cut_to(std::string_view text, std::size_t width);

}  // namespace proxy::cli
