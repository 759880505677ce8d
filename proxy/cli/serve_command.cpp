// `mcptrunk serve`: only the options; the daemon is given by the program.
#include <fmt/format.h>

#include <charconv>
#include <filesystem>

#include "proxy/cli/command.h"
#include "proxy/cli/listen_option.h"

namespace proxy::cli {
namespace {

struct Options {
  std::string listen;
  std::optional<config::LogLevel> log_level;
  bool quiet = false;
};

const std::map<std::string, config::LogLevel> kLogLevels{
    {"trace", config::LogLevel::trace},     {"debug", config::LogLevel::debug},
    {"info", config::LogLevel::info},       {"warn", config::LogLevel::warning},
    {"warning", config::LogLevel::warning}, {"error", config::LogLevel::error}};

// The number of the level in place of its name; what is wrong, when there is none.
std::string level_word(std::string& word) {
  const auto level = kLogLevels.find(word);
  if (level == kLogLevels.end()) {
    return fmt::format("\"{}\" is none of trace, debug, info, warning and error", word);
  }
  word = fmt::format("{}", static_cast<int>(level->second));
  return {};
}

int serve(Context& context, const Options& options) {
  ServeOptions serve;
  // Whole, as it is told to people in other directories.
  std::error_code no_directory;
  const std::string path = config_path(context.daemon, context.env());
  const std::filesystem::path whole = std::filesystem::absolute(path, no_directory);
  serve.config_path = no_directory ? path : whole.lexically_normal().string();
  serve.config_path_given = is_config_named(context.daemon, context.env());
  if (is_dir_named(context.daemon, context.env())) {
    auto dir = data_dir(context.daemon, context.env(), context.files());
    if (!dir) return static_cast<int>(context.fail(dir.error()));
    serve.data_dir = *std::move(dir);
  }
  if (!options.listen.empty()) {
    auto listen = listen_from(options.listen);
    if (!listen) return static_cast<int>(context.fail(listen.error()));
    serve.listen = *std::move(listen);
  }
  serve.log_level = options.log_level;
  serve.quiet = options.quiet;
  return context.serve(serve);
}

}  // namespace

base::Result<config::Listen> listen_from(std::string_view text) {
  const base::Error bad{base::ErrorCode::invalid_argument,
                        fmt::format("\"{}\" is no address to listen on", text),
                        "give HOST:PORT, like 127.0.0.1:8080, [::1]:8080 or :0"};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad;
  config::Listen listen;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return bad;
  }
  if (!host.empty()) listen.host = host;
  const std::string_view port = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), listen.port);
  if (port.empty() || error != std::errc{} || end != port.data() + port.size()) return bad;
  return listen;
}

void add_serve_command(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App* command =
      line.add(line.app, "serve", "Run the daemon in the foreground",
               "mcptrunk serve --config ~/.mcptrunk/mcp_config.json --listen 127.0.0.1:8080");
  command->add_option("--listen", options->listen, "Address; port 0 lets the system choose")
      ->option_text("HOST:PORT");
  command->add_option("--log-level", options->log_level, "trace, debug, info, warning or error")
      ->transform(CLI::Validator(level_word, "", "level"))
      ->option_text("LEVEL");
  command->add_flag("--quiet", options->quiet, "No log on the console; its file gets it");
  command->callback([&line, options] {
    line.action = [&context = line.context, options] { return serve(context, *options); };
  });
}

}  // namespace proxy::cli
