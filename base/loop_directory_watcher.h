// The machine's DirectoryWatcher: inotify by libuv. Resource; the loop outlives it and its watches.
#pragma once
#include "base/directory_watcher.h"
#include "base/loop.h"

namespace base {

class LoopDirectoryWatcher final : public DirectoryWatcher {
 public:
  explicit LoopDirectoryWatcher(Loop& loop) : loop_(loop) {}
  Result<std::unique_ptr<DirectoryWatch>> watch(const std::string& directory,
                                                Changed changed) override;

 private:
  Loop& loop_;
};

}  // namespace base
