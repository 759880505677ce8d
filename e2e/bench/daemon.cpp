#include "e2e/bench/daemon.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <system_error>

namespace bench {

TemporaryFolder::TemporaryFolder(const std::string& name) {
  std::string path = (std::filesystem::temp_directory_path() / (name + ".XXXXXX")).string();
  if (::mkdtemp(path.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "no folder " + path);
  }
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path program_folder() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path();
}

std::uint16_t port_in(const std::string& line) {
  constexpr std::string_view kBefore = " on http://127.0.0.1:";
  const std::size_t at = line.find(kBefore);
  std::uint16_t port = 0;
  if (at == std::string::npos) return port;
  std::from_chars(line.data() + at + kBefore.size(), line.data() + line.size(), port);
  return port;
}

base::Result<Daemon> Daemon::start(const std::string& mcptrunk, const std::filesystem::path& config,
                                   const std::filesystem::path& log,
                                   const std::vector<std::string>& prefix) {
  std::vector<std::string> command = prefix;
  for (const std::string& word :
       {mcptrunk, std::string("serve"), std::string("--config"), config.string()}) {
    command.push_back(word);
  }
  auto program = Program::start(command, log.string());
  if (!program) return program.error();
  while (true) {
    auto line = program->read_line(std::chrono::seconds(60));
    if (!line) return line.error();
    if (const std::uint16_t port = port_in(*line); port != 0) {
      return Daemon(std::move(*program), std::move(*line), port);
    }
  }
}

}  // namespace bench
