#include "proxy/config/diagnostic.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/hidden_text.h"

namespace proxy::config {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::unused:
      return "unused";
  }
  return "";
}

std::string one_line(const Diagnostic& diagnostic) {
  std::string out = fmt::format("line {}, column {}", diagnostic.line, diagnostic.column);
  if (!diagnostic.path.empty()) out += ", " + diagnostic.path;
  out += ": " + diagnostic.message;
  if (!diagnostic.remedy.empty()) out += ". " + diagnostic.remedy;
  return out;
}

Diagnostics::Diagnostics(std::string_view text, UnknownFields unknown)
    : lines_(text), unknown_(unknown) {}

void Diagnostics::error(std::size_t offset, std::string path, std::string message,
                        std::string remedy) {
  has_errors_ = true;
  add(Severity::error, offset, std::move(path), std::move(message), std::move(remedy));
}

void Diagnostics::warning(std::size_t offset, std::string path, std::string message,
                          std::string remedy) {
  add(Severity::warning, offset, std::move(path), std::move(message), std::move(remedy));
}

void Diagnostics::unused(std::size_t offset, std::string path, std::string message,
                         std::string remedy) {
  if (unknown_ == UnknownFields::accepted) return;
  add(Severity::unused, offset, std::move(path), std::move(message), std::move(remedy));
}

void Diagnostics::add(Severity severity, std::size_t offset, std::string path, std::string message,
                      std::string remedy) {
  if (items_.size() == kDiagnosticsMax) {
    ++dropped_;
    return;
  }
  const LineIndex::Position position = lines_.at(offset);
  // They quote what stands in the file, and people read them.
  path = base::with_hidden_shown(path);
  message = base::with_hidden_shown(message);
  items_.push_back({severity, position.line, position.column, std::move(path), std::move(message),
                    std::move(remedy)});
}

std::vector<Diagnostic> Diagnostics::take() {
  std::stable_sort(items_.begin(), items_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
  if (dropped_ > 0) {
    items_.push_back({Severity::warning, 1, 1, "", fmt::format("{} more messages", dropped_),
                      "correct these first"});
  }
  return std::exchange(items_, {});
}

}  // namespace proxy::config
