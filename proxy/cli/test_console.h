// For tests: a console that remembers, and an environment from a map.
#pragma once
#include <map>
#include <string>

#include "proxy/cli/console.h"

namespace proxy::cli {

struct TestConsole final : Console {
  std::string printed;
  std::string complained;
  std::string input;
  Screen look{80, false};

  void out(std::string_view text) override { printed += text; }
  void err(std::string_view text) override { complained += text; }
  Screen screen() const override { return look; }
  std::optional<std::string> read_input(std::size_t bytes_max) override {
    if (input.size() > bytes_max) return std::nullopt;
    return input;
  }
};

inline Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

}  // namespace proxy::cli
