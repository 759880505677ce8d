// The built daemon as a user starts it, on a configuration in a folder of its own, both gone when
// this ends. Resource. Blocking; one thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "e2e/bench/program.h"

namespace bench {

// A new folder below the system's temporary one, removed with all in it. Resource.
class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name);
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The folder of this program, where all that were built with it stand.
std::filesystem::path program_folder();

class Daemon {
 public:
  // `prefix` stands before the command, as `env NAME=VALUE` does. Returns once the daemon says that
  // it is ready. Errors: those of Program::start; exited when it ends before.
  static base::Result<Daemon> start(const std::string& mcptrunk,
                                    const std::filesystem::path& config,
                                    const std::filesystem::path& log,
                                    const std::vector<std::string>& prefix = {});

  Program& program() { return program_; }
  const Program& program() const { return program_; }
  std::uint16_t port() const { return port_; }
  // The line that told that it is ready.
  const std::string& ready_line() const { return ready_line_; }

 private:
  Daemon(Program program, std::string ready_line, std::uint16_t port)
      : program_(std::move(program)), ready_line_(std::move(ready_line)), port_(port) {}
  Program program_;
  std::string ready_line_;
  std::uint16_t port_;
};

// The port in "... on http://127.0.0.1:PORT/...", 0 when the line is another.
std::uint16_t port_in(const std::string& line);

}  // namespace bench
