// A DirectoryWatcher that says what the test or the simulation tells it to say. Resource.
//
// Ownership: outlives its watches. Threads: one.
#pragma once
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/directory_watcher.h"

namespace base {

class SimDirectoryWatcher final : public DirectoryWatcher {
 public:
  // Tells everyone who watches the directory.
  void notify(const std::string& directory, std::string_view name) {
    const std::vector<Watch*> now = watches_;
    for (Watch* watch : now) {
      const bool alive = std::ranges::find(watches_, watch) != watches_.end();
      if (!alive || watch->directory != directory) continue;
      const Changed changed = watch->changed;  // it may end its own watch
      changed(name);
    }
  }
  // The directories that are watched, sorted.
  std::vector<std::string> directories() const {
    std::vector<std::string> names;
    for (const Watch* watch : watches_) names.push_back(watch->directory);
    std::ranges::sort(names);
    return names;
  }
  // As on a file system that cannot tell.
  void refuse(bool refused) { refused_ = refused; }

  Result<std::unique_ptr<DirectoryWatch>> watch(const std::string& directory,
                                                Changed changed) override {
    if (refused_) return Error{ErrorCode::too_many, "no watch is left", "raise the limit"};
    return std::unique_ptr<DirectoryWatch>(
        std::make_unique<Watch>(*this, directory, std::move(changed)));
  }

 private:
  struct Watch final : DirectoryWatch {
    Watch(SimDirectoryWatcher& its_owner, std::string where, Changed what)
        : owner(its_owner), directory(std::move(where)), changed(std::move(what)) {
      owner.watches_.push_back(this);
    }
    ~Watch() override { std::erase(owner.watches_, this); }
    SimDirectoryWatcher& owner;
    const std::string directory;
    const Changed changed;
  };

  std::vector<Watch*> watches_;
  bool refused_ = false;
};

}  // namespace base
