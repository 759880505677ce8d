// What every command works with. Resource; lives as long as the program.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/json.h"
#include "base/result.h"
#include "proxy/cli/console.h"
#include "proxy/cli/daemon_finder.h"
#include "proxy/cli/exit_code.h"
#include "proxy/cli/machine.h"
#include "proxy/cli/rest_client.h"
#include "proxy/cli/serve_options.h"

namespace proxy::cli {

enum class Format : std::uint8_t { table, json };

class Context {
 public:
  Context(Console& console, Environment env, base::FileSystem& files)
      : console_(console), env_(std::move(env)), files_(files) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Set from the command line before a command runs.
  Format format = Format::table;
  DaemonOptions daemon;

  // What the lead program provides; tests replace them.
  std::function<int(const ServeOptions&)> serve;
  std::function<void(std::chrono::milliseconds)> pause;  // between two polls
  std::unique_ptr<Machine> machine;                      // for the doctor

  Console& console() { return console_; }
  const Environment& env() const { return env_; }
  base::FileSystem& files() { return files_; }

  // Finds the daemon once; later calls return the same client. Nothing is sent yet.
  base::Result<RestClient*> client();

  // GET, POST and so on below /api/v1: the raw `data`.
  base::Result<std::string> get(std::string_view path);
  base::Result<std::string> post(std::string_view path, std::string_view json);
  base::Result<std::string> patch(std::string_view path, std::string_view json);
  base::Result<std::string> remove(std::string_view path);

  // Prints "error: ..." with its remedy, and returns what the program ends with.
  ExitCode fail(const base::Error& error);

  // Prints what the daemon answered: as it came with -o json, else as `render(value, screen)` shows
  // it.
  template <class Render>
  ExitCode present(const base::Result<std::string>& data, Render render) {
    if (!data) return fail(data.error());
    if (format == Format::json) {
      console_.out(*data + "\n");
      return ExitCode::ok;
    }
    const auto document = base::parse_document(*data, kDataLimits);
    if (!document) return fail(document.error());
    const rapidjson::Value& value = *document;
    console_.out(render(value, console_.screen()));
    return ExitCode::ok;
  }

  static constexpr base::JsonLimits kDataLimits{RestClient::kAnswerBytesMax, 128, false};

 private:
  Console& console_;
  const Environment env_;
  base::FileSystem& files_;
  std::unique_ptr<RestClient> client_;  // null until the first use
};

}  // namespace proxy::cli
