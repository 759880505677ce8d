// Where a command writes, and what it knows of its surroundings: seams, so that tests see what a
// user would. Resources.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "proxy/cli/table.h"
#include "proxy/config/expansion.h"

namespace proxy::cli {

using config::Environment;

class Console {
 public:
  virtual ~Console() = default;
  virtual void out(std::string_view text) = 0;  // flushed at once
  virtual void err(std::string_view text) = 0;
  // Of the output; the width is 0 when it is no terminal and COLUMNS is not set.
  virtual Screen screen() const = 0;
  // All of standard input; at most `bytes_max`, nothing when there is more.
  virtual std::optional<std::string> read_input(std::size_t bytes_max) = 0;
};

// The process's own streams. Colour only on a terminal, and not with NO_COLOR or TERM=dumb. Ignores
// SIGPIPE for the process: a daemon that hangs up is an error, no death. Where whoever reads our
// output has gone away, and the program would have ended by that signal, it does.
class ProcessConsole final : public Console {
 public:
  explicit ProcessConsole(const Environment& env);
  void out(std::string_view text) override;
  void err(std::string_view text) override;
  Screen screen() const override { return screen_; }
  std::optional<std::string> read_input(std::size_t bytes_max) override;
  // The errno of the first output that did not get through; 0: all did.
  int out_error() const { return out_error_; }

 private:
  const bool ends_with_reader_;
  Screen screen_;
  int out_error_ = 0;
};

// What the output looks like to a command. Pure.
Screen screen_of(bool is_terminal, std::size_t terminal_width, const Environment& env);

}  // namespace proxy::cli
