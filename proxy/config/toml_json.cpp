#include "proxy/config/toml_json.h"

#include <fmt/format.h>

// This file is the only one that knows of the library: errors are values here.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <sstream>

namespace proxy::config {
namespace {

constexpr std::size_t kTomlBytesMax = 4U * 1024 * 1024;

}  // namespace

base::Result<std::string> json_of_toml(std::string_view toml) {
  if (toml.size() > kTomlBytesMax) {
    return base::Error{base::ErrorCode::too_large, "the TOML file is over 4 MiB", "import less"};
  }
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return base::Error{base::ErrorCode::config_invalid,
                       fmt::format("line {}, column {}: {}", error.source().begin.line,
                                   error.source().begin.column, error.description()),
                       "correct the file; it is not TOML"};
  }
  std::ostringstream json;
  json << toml::json_formatter(parsed.table());
  return json.str();
}

}  // namespace proxy::config
