// What a reader of a configuration has to say about it: which line, which field, what to do.
// Values.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/config/spanned_json.h"

namespace proxy::config {

// error: the file is refused. warning: accepted, but hardly what was meant. unused: a field that
// nothing reads.
enum class Severity : std::uint8_t { error, warning, unused };

std::string_view to_string(Severity severity);

// Of a field that is read and kept, and nothing comes of it.
inline constexpr std::string_view kNoEffect = "has no effect in this version";

struct Diagnostic {
  Severity severity = Severity::error;
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  std::string path;  // "mcpServers[3].command"; empty: the whole file
  std::string message;
  std::string remedy;
};

// "line 12, column 5, mcpServers[3].command: message. remedy", for logs and terminals.
std::string one_line(const Diagnostic& diagnostic);

// What becomes of a field that nothing reads. refused is for requests, where nobody would see a
// warning.
enum class UnknownFields : std::uint8_t { accepted, reported, refused };

// Collects diagnostics while a tree is read. Beyond kDiagnosticsMax it only counts. Resource.
class Diagnostics {
 public:
  static constexpr std::size_t kDiagnosticsMax = 10'000;

  // REQUIRES: `text` outlives this.
  Diagnostics(std::string_view text, UnknownFields unknown);
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;

  void error(std::size_t offset, std::string path, std::string message, std::string remedy);
  void warning(std::size_t offset, std::string path, std::string message, std::string remedy);
  void unused(std::size_t offset, std::string path, std::string message, std::string remedy);
  UnknownFields unknown_fields() const { return unknown_; }

  bool has_errors() const { return has_errors_; }
  // In the order of the file.
  std::vector<Diagnostic> take();

 private:
  void add(Severity severity, std::size_t offset, std::string path, std::string message,
           std::string remedy);

  LineIndex lines_;
  UnknownFields unknown_;
  bool has_errors_ = false;
  std::size_t dropped_ = 0;
  std::vector<Diagnostic> items_;
};

}  // namespace proxy::config
