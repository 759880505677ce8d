#include "search/description_parts.h"

#include <algorithm>
#include <array>

namespace search {
namespace {

constexpr std::size_t kSummaryBytesMax = 240;
constexpr std::array<std::string_view, 12> kSections{
    "Args:",    "Arguments:", "Parameters:", "Params:", "Returns:",  "Return:",
    "Example:", "Examples:",  "Inputs:",     "Input:",  "Response:", "Output:"};

std::size_t find_section(std::string_view text) {
  std::size_t first = text.size();
  for (const std::string_view section : kSections) {
    const std::size_t at = text.substr(0, first).find(section);
    if (at != std::string_view::npos) first = at;
  }
  return first;
}

bool ends_sentence(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '\n') return true;
  if (c != '.' && c != '!' && c != '?') return false;
  return at + 1 == text.size() || text[at + 1] == ' ' || text[at + 1] == '\n' ||
         text[at + 1] == '\r';
}

// "e.g. x" and "i.e. x" do not end a sentence.
bool is_abbreviation(std::string_view text, std::size_t at) {
  return at >= 2 && text[at] == '.' && text[at - 2] == '.';
}

}  // namespace

DescriptionParts split_description(std::string_view description) {
  const std::size_t leading =
      std::min(description.find_first_not_of(" \t\r\n"), description.size());
  description.remove_prefix(leading);
  const std::size_t section = find_section(description);
  const std::string_view body = description.substr(0, section);
  std::size_t end = 0;
  while (end < body.size() && end < kSummaryBytesMax &&
         !(ends_sentence(body, end) && !is_abbreviation(body, end))) {
    ++end;
  }
  // A sentence that goes on beyond the limit is cut between words.
  if (end == kSummaryBytesMax) {
    const std::size_t space = body.substr(0, end).rfind(' ');
    if (space != std::string_view::npos) end = space;
  }
  const std::size_t cut = std::min(end + 1, body.size());
  return {body.substr(0, std::min(end, body.size())), body.substr(cut),
          description.substr(section)};
}

}  // namespace search
