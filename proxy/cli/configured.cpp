#include "proxy/cli/configured.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/json.h"
#include "proxy/config/parser.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kConfigBytesMax = 16 * 1024 * 1024;

// The texts behind a key, wherever it stands. Also of a text that breaks off in the middle.
std::vector<std::string> texts_behind(std::string_view key, std::string_view text) {
  const std::string quoted = fmt::format("\"{}\"", key);
  std::vector<std::string> found;
  for (std::size_t at = text.find(quoted); at != std::string_view::npos;
       at = text.find(quoted, at + 1)) {
    const std::string_view rest = text.substr(at + quoted.size());
    const std::size_t begin = rest.find_first_not_of(" \t\r\n:");
    if (begin == std::string_view::npos || rest[begin] != '"') continue;
    const std::size_t end = rest.find('"', begin + 1);
    if (end == std::string_view::npos) continue;
    const auto value = base::parse_document(rest.substr(begin, end + 1 - begin));
    if (value && value->IsString()) found.emplace_back(base::json_text(*value));
  }
  return found;
}

std::string first_fault(const std::vector<config::Diagnostic>& diagnostics) {
  const auto fault =
      std::ranges::find(diagnostics, config::Severity::error, &config::Diagnostic::severity);
  if (fault == diagnostics.end()) return "unusable";
  return fmt::format("line {}: {}", fault->line, fault->message);
}

Configured configured(base::FileSystem& files, const std::string& path, std::string_view key,
                      std::string config::Config::*setting) {
  const auto text = files.read_file(path, kConfigBytesMax);
  if (!text) {
    const bool missing = text.error().code == base::ErrorCode::not_found;
    return {{}, missing ? fmt::format("there is no file {}", path) : text.error().message};
  }
  const config::ParseOutcome outcome = config::parse(*text);
  if (outcome.config) return {{(*outcome.config).*setting}, {}};
  return {texts_behind(key, *text),
          fmt::format("{} cannot be used ({})", path, first_fault(outcome.diagnostics))};
}

// The real path, or where the file would be.
std::string real_path(base::FileSystem& files, const std::string& path) {
  if (auto real = files.realpath(path)) return *std::move(real);
  std::error_code no_directory;
  const auto whole = std::filesystem::absolute(path, no_directory).lexically_normal();
  if (no_directory) return path;
  const auto parent = files.realpath(whole.parent_path().string());
  return parent ? (std::filesystem::path(*parent) / whole.filename()).string() : whole.string();
}

}  // namespace

Configured configured_data_dir(base::FileSystem& files, const std::string& path) {
  return configured(files, path, "data_dir", &config::Config::data_dir);
}

Configured configured_api_key(base::FileSystem& files, const std::string& path) {
  return configured(files, path, "api_key", &config::Config::api_key);
}

bool is_same_file(base::FileSystem& files, const std::string& one, const std::string& other) {
  return real_path(files, one) == real_path(files, other);
}

}  // namespace proxy::cli
