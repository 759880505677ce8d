#include "protocol/uri_template.h"

#include <optional>

namespace protocol {
namespace {

enum class Piece { literal, segment, anything };

// What stands at `at` of the template, and where the next piece begins.
struct Step {
  Piece piece = Piece::literal;
  std::size_t next = 0;
};

Step step_at(std::string_view pattern, std::size_t at) {
  if (pattern[at] != '{') return {Piece::literal, at + 1};
  const std::size_t close = pattern.find('}', at);
  if (close == std::string_view::npos || close == at + 1) return {Piece::literal, at + 1};
  const bool within_segment =
      std::string_view("+#/?&").find(pattern[at + 1]) == std::string_view::npos;
  return {within_segment ? Piece::segment : Piece::anything, close + 1};
}

bool within_segment(char c) {
  return c != '/' && c != '?' && c != '#';
}

// Where to go on when what follows an expression does not fit: the expression takes one more byte.
struct Retry {
  std::size_t pattern = 0;  // behind the expression
  std::size_t text = 0;     // behind what it has taken
};

}  // namespace

bool matches_template(std::string_view uri_template, std::string_view uri) {
  std::optional<Retry> segment;
  std::optional<Retry> anything;
  std::size_t at = 0;
  std::size_t text = 0;
  for (std::size_t steps = 0; steps < kTemplateStepsMax; ++steps) {
    if (at < uri_template.size()) {
      const Step step = step_at(uri_template, at);
      if (step.piece == Piece::literal) {
        if (text < uri.size() && uri[text] == uri_template[at]) {
          at = step.next;
          ++text;
          continue;
        }
      } else {
        at = step.next;
        if (step.piece == Piece::anything) {
          anything = Retry{at, text};
          segment.reset();
        } else {
          segment = Retry{at, text};
        }
        continue;
      }
    } else if (text == uri.size()) {
      return true;
    }
    if (segment && segment->text < uri.size() && within_segment(uri[segment->text])) {
      text = ++segment->text;
      at = segment->pattern;
    } else if (anything && anything->text < uri.size()) {
      segment.reset();
      text = ++anything->text;
      at = anything->pattern;
    } else {
      return false;
    }
  }
  return false;
}

}  // namespace protocol
