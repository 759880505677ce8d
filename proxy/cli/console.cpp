#include "proxy/cli/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>

namespace proxy::cli {

Screen screen_of(bool is_terminal, std::size_t terminal_width, const Environment& env) {
  Screen screen;
  const bool no_colour = env("NO_COLOR").value_or("") != "" || env("TERM").value_or("") == "dumb";
  screen.colour = is_terminal && !no_colour;
  if (is_terminal) screen.width = terminal_width;
  if (const auto columns = env("COLUMNS")) {
    std::size_t width = 0;
    const char* end = columns->data() + columns->size();
    if (std::from_chars(columns->data(), end, width).ptr == end && width > 0) screen.width = width;
  }
  return screen;
}

ProcessConsole::ProcessConsole(const Environment& env)
    : ends_with_reader_(std::signal(SIGPIPE, SIG_IGN) == SIG_DFL) {
  winsize size{};
  const bool is_terminal = isatty(STDOUT_FILENO) == 1;
  const bool known = is_terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  screen_ = screen_of(is_terminal, known ? size.ws_col : 0, env);
}

void ProcessConsole::out(std::string_view text) {
  const bool taken = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  const bool written = std::fflush(stdout) == 0 && taken;
  if (!written && out_error_ == 0) out_error_ = errno;
  if (out_error_ == EPIPE && ends_with_reader_) {
    std::signal(SIGPIPE, SIG_DFL);
    std::raise(SIGPIPE);
  }
}

void ProcessConsole::err(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

std::optional<std::string> ProcessConsole::read_input(std::size_t bytes_max) {
  std::string input;
  std::array<char, 64 * 1024> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
    input.append(buffer.data(), count);
    if (input.size() > bytes_max) return std::nullopt;
  }
  return input;
}

}  // namespace proxy::cli
