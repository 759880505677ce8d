#include "proxy/cli/json_option.h"

#include <fmt/format.h>

#include "base/json.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kBytesMax = 16 * 1024 * 1024;

}  // namespace

base::Result<std::string> json_object_option(Context& context, std::string_view option,
                                             const std::string& given, std::string_view example) {
  std::string text = given;
  if (text == "-") {
    auto input = context.console().read_input(kBytesMax);
    if (!input) {
      return base::Error{base::ErrorCode::invalid_argument,
                         fmt::format("{}: standard input holds over 16 MiB", option), "send less"};
    }
    text = *std::move(input);
  } else if (text.starts_with('@')) {
    auto file = context.files().read_file(text.substr(1), kBytesMax);
    if (!file) {
      return base::Error{file.error().code, fmt::format("{}: {}", option, file.error().message),
                         file.error().remedy};
    }
    text = *std::move(file);
  }
  const auto document = base::parse_document(text);
  if (document && document->IsObject()) return text;
  const std::string why = document ? "it is no object" : document.error().message;
  return base::Error{
      base::ErrorCode::invalid_argument, fmt::format("{} is no JSON object: {}", option, why),
      fmt::format("give it like {} {}, or @FILE, or - for standard input", option, example)};
}

}  // namespace proxy::cli
