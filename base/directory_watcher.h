// Tells when something in a directory changes, as a seam: LoopDirectoryWatcher hears it from the
// system, SimDirectoryWatcher (sim_directory_watcher.h) from a test. What is told may come late,
// twice or not at all (network file systems): whoever must not miss a change looks for himself now
// and then.
//
// Threads: the loop thread; never inside watch().
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace base {

// Destroying it ends the watch; allowed inside its own callback. Resource.
class DirectoryWatch {
 public:
  DirectoryWatch() = default;
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;
  virtual ~DirectoryWatch() = default;
};

class DirectoryWatcher {
 public:
  // `name` is what changed in the directory; empty when that is not known.
  using Changed = std::function<void(std::string_view name)>;
  DirectoryWatcher() = default;
  DirectoryWatcher(const DirectoryWatcher&) = delete;
  DirectoryWatcher& operator=(const DirectoryWatcher&) = delete;
  virtual ~DirectoryWatcher() = default;

  // Errors: not_found, forbidden, too_many (the system's limit of watches), io_error.
  virtual Result<std::unique_ptr<DirectoryWatch>> watch(const std::string& directory,
                                                        Changed changed) = 0;
};

}  // namespace base
