#include "proxy/daemon/process_memory.h"

#include <dirent.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <memory>
#include <string>

namespace proxy::daemon {
namespace {

// "RssAnon:      1234 kB"
std::uint64_t kibibytes_in(std::string_view line) {
  const std::size_t digits = line.find_first_of("0123456789");
  if (digits == std::string_view::npos) return 0;
  std::uint64_t value = 0;
  std::from_chars(line.data() + digits, line.data() + line.size(), value);
  return value * 1024;
}

std::uint32_t count_open_files() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (directory == nullptr) return 0;
  std::uint32_t count = 0;
  while (::readdir(directory.get()) != nullptr) ++count;
  return count - 3;  // ".", ".." and the directory itself
}

}  // namespace

void give_memory_back() {
  constexpr int kMiB = 1024 * 1024;
  ::mallopt(M_MMAP_THRESHOLD, 4 * kMiB);  // these are mapped, and unmapped when they are freed
  ::mallopt(M_TRIM_THRESHOLD, 8 * kMiB);
}

std::uint64_t anon_bytes() {
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  std::uint64_t shared = 0;
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  return (resident - std::min(resident, shared)) * static_cast<std::uint64_t>(::getpagesize());
}

ProcessMemory process_memory() {
  ProcessMemory memory;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) memory.anon_bytes = kibibytes_in(line);
    if (line.starts_with("RssFile:")) memory.file_bytes = kibibytes_in(line);
  }
  memory.open_files = count_open_files();
  return memory;
}

}  // namespace proxy::daemon
