#include "proxy/cli/table.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <optional>

namespace proxy::cli {
namespace {

constexpr std::size_t kGap = 2;

std::string_view colour_code(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "\x1b[32m";
    case Tone::busy:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::plain:
      break;
  }
  return "";
}

// A column that is shown, with the width it has.
struct Shown {
  std::size_t index;
  std::size_t width;
};

std::size_t total_width(const std::vector<Shown>& shown) {
  const std::size_t gaps = shown.empty() ? 0 : (shown.size() - 1) * kGap;
  return std::accumulate(shown.begin(), shown.end(), gaps,
                         [](std::size_t sum, const Shown& s) { return sum + s.width; });
}

// Takes `excess` from the columns that may be cut, the widest first. False when they cannot give
// it.
bool shrink(std::vector<Shown>& shown, const std::vector<Column>& columns, std::size_t excess) {
  while (excess > 0) {
    Shown* widest = nullptr;
    std::size_t runner_up = 0;
    for (Shown& one : shown) {
      const std::size_t least = columns[one.index].width_min;
      if (least == 0 || one.width <= least) continue;
      if (widest == nullptr || one.width > widest->width) {
        if (widest != nullptr) runner_up = widest->width;
        widest = &one;
      } else {
        runner_up = std::max(runner_up, one.width);
      }
    }
    if (widest == nullptr) return false;
    const std::size_t least = columns[widest->index].width_min;
    const std::size_t floor = std::max(least, std::min(runner_up, widest->width - 1));
    const std::size_t step = std::min(excess, widest->width - floor);
    widest->width -= step;
    excess -= step;
  }
  return true;
}

// Fits the columns into the width: cut first, and when that is not enough drop one and try again.
void fit(std::vector<Shown>& shown, const std::vector<Column>& columns, std::size_t width) {
  while (total_width(shown) > width) {
    std::vector<Shown> trial = shown;
    if (shrink(trial, columns, total_width(shown) - width)) {
      shown = std::move(trial);
      return;
    }
    const auto victim = std::ranges::max_element(
        shown, {}, [&](const Shown& one) { return columns[one.index].drop_order; });
    if (columns[victim->index].drop_order == 0) {
      shown = std::move(trial);  // too narrow: what can be cut is, the rest runs over
      return;
    }
    shown.erase(victim);
  }
}

void append_cell(std::string& line, const Cell& cell, const Shown& shown, const Column& column,
                 const Screen& screen) {
  const std::string text = cut_to(cell.text, shown.width);
  const std::string padding(shown.width - std::min(shown.width, display_width(text)), ' ');
  if (column.right) line += padding;
  line += toned(text, cell.tone, screen);
  if (!column.right) line += padding;
}

void append_line(std::string& out, const std::vector<Cell>& cells, const std::vector<Shown>& shown,
                 const std::vector<Column>& columns, const Screen& screen) {
  std::string line;
  for (const Shown& one : shown) {
    if (!line.empty()) line.append(kGap, ' ');
    append_cell(line, cells[one.index], one, columns[one.index], screen);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  out += line;
  out += '\n';
}

// Cuts `text` into lines of at most `width`, at spaces where there are some.
std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    if (!line.empty() && display_width(line) + 1 + display_width(word) > width) {
      lines.push_back(std::exchange(line, {}));
    }
    if (!line.empty()) line += ' ';
    line += word;
  }
  lines.push_back(line);
  return lines;
}

}  // namespace

std::string toned(std::string_view text, Tone tone, const Screen& screen) {
  const std::string_view code = colour_code(tone);
  if (!screen.colour || code.empty() || text.empty()) return std::string(text);
  return std::string(code) + std::string(text) + "\x1b[0m";
}

std::string render_table(const std::vector<Column>& columns,
                         const std::vector<std::vector<Cell>>& rows, const Screen& screen) {
  std::vector<Cell> titles;
  std::vector<Shown> shown;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    titles.push_back({columns[i].title, Tone::dim});
    shown.push_back({i, display_width(columns[i].title)});
  }
  std::vector<std::vector<Cell>> clean = rows;
  for (auto& row : clean) {
    assert(row.size() == columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      row[i].text = one_clean_line(row[i].text);
      shown[i].width = std::max(shown[i].width, display_width(row[i].text));
    }
  }
  if (screen.width > 0) fit(shown, columns, screen.width);
  std::string out;
  append_line(out, titles, shown, columns, screen);
  for (const auto& row : clean) append_line(out, row, shown, columns, screen);
  return out;
}

std::string render_facts(const std::vector<Fact>& facts, const Screen& screen) {
  std::size_t name_width = 0;
  for (const Fact& fact : facts) {
    if (!fact.value.text.empty()) name_width = std::max(name_width, display_width(fact.name) + 1);
  }
  const std::size_t indent = name_width + kGap;
  constexpr std::size_t kValueWidthMin = 20;
  const std::size_t value_width =
      screen.width == 0 ? SIZE_MAX
                        : std::max(kValueWidthMin, screen.width - std::min(screen.width, indent));
  std::string out;
  for (const Fact& fact : facts) {
    if (fact.value.text.empty()) continue;
    std::string lead = fact.name + ":";
    for (const std::string& line : wrapped(one_clean_line(fact.value.text), value_width)) {
      out += toned(lead, Tone::dim, screen);
      out.append(indent - display_width(lead), ' ');
      out += toned(line, fact.value.tone, screen) + "\n";
      lead.clear();
    }
  }
  return out;
}

}  // namespace proxy::cli
