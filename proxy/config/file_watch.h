// Notices that the configuration file has changed, however it was saved: in place, by a rename over
// it, through a symlink, by a directory that was swapped behind one. The directories of the file
// and of what it points to are watched; in case nobody tells, the file itself is looked at every
// kPoll. Resource.
//
// Ownership: the reloader's; all it is given outlives it.
// Threads:   the loop thread; a look is one stat and one realpath.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/directory_watcher.h"
#include "base/file_system.h"
#include "base/runtime.h"

namespace proxy::config {

class FileWatch {
 public:
  static constexpr base::Milliseconds kDebounce{200};     // so long nothing must happen
  static constexpr base::Milliseconds kDebounceMax{600};  // for editors that never come to rest
  // How long what is told of other files waits for a look: the store may be one of them.
  static constexpr base::Milliseconds kOthers{50};
  static constexpr base::Milliseconds kPoll{5'000};

  // `changed` is called from a timer once the file may read differently; whether it does is for the
  // caller to find out.
  FileWatch(base::FileSystem& files, base::DirectoryWatcher& watcher, base::Runtime runtime,
            std::string path, std::function<void()> changed);
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  // By what a change is noticed without reading.
  struct Look {
    std::string real_path;  // empty: the file is not there
    std::uint64_t inode = 0;
    std::int64_t modified_ns = 0;
    std::uint64_t bytes = 0;
    bool operator==(const Look&) const = default;
  };
  struct Watched {
    std::string directory;
    std::uint64_t inode = 0;
    std::unique_ptr<base::DirectoryWatch> watch;  // null: it cannot be watched
  };

  Look look() const;
  void watch_directories();
  void on_event(std::string_view name);
  void look_again();
  void note_change();
  void on_quiet();
  void on_poll();

  base::FileSystem& files_;
  base::DirectoryWatcher& watcher_;
  const base::Runtime runtime_;
  const std::string path_;
  const std::function<void()> changed_;
  Look seen_;
  std::vector<Watched> watched_;
  base::TimePoint first_change_{};
  base::Timer<FileWatch, &FileWatch::on_quiet> quiet_{*this};
  base::Timer<FileWatch, &FileWatch::look_again> others_{*this};
  base::Timer<FileWatch, &FileWatch::on_poll> poll_{*this};
};

}  // namespace proxy::config
