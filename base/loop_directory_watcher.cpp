#include "base/loop_directory_watcher.h"

#include <uv.h>

#include <utility>

#include "base/file_system.h"
#include "base/handle.h"

namespace base {
namespace {

class LoopWatch final : public DirectoryWatch {
 public:
  LoopWatch(Loop& loop, DirectoryWatcher::Changed changed)
      : box_(new Box{{}, std::make_shared<DirectoryWatcher::Changed>(std::move(changed))}) {
    uv_fs_event_init(loop.uv(), &box_->handle);
    box_->handle.data = box_.get();
    uv_unref(reinterpret_cast<uv_handle_t*>(&box_->handle));
  }

  // 0 or a libuv error.
  int start(const std::string& directory) {
    return uv_fs_event_start(&box_->handle, on_event, directory.c_str(), 0);
  }

 private:
  struct Box {
    uv_fs_event_t handle;
    std::shared_ptr<DirectoryWatcher::Changed> changed;
  };

  static void on_event(uv_fs_event_t* handle, const char* name, int, int) {
    // The callback may end this watch: what it runs must outlive that.
    const auto changed = static_cast<Box*>(handle->data)->changed;
    (*changed)(name == nullptr ? std::string_view() : std::string_view(name));
  }

  BoxPtr<Box> box_;
};

Error watch_error(const std::string& directory, int uv_error) {
  if (uv_error == UV_ENOSPC || uv_error == UV_EMFILE) {
    return {ErrorCode::too_many,
            "the system's limit of watches is reached: " + directory + " is not watched",
            "raise it: sysctl fs.inotify.max_user_instances, fs.inotify.max_user_watches"};
  }
  return file_error("watch", directory, -uv_error);
}

}  // namespace

Result<std::unique_ptr<DirectoryWatch>> LoopDirectoryWatcher::watch(const std::string& directory,
                                                                    Changed changed) {
  auto watch = std::make_unique<LoopWatch>(loop_, std::move(changed));
  if (const int failed = watch->start(directory)) return watch_error(directory, failed);
  return std::unique_ptr<DirectoryWatch>(std::move(watch));
}

}  // namespace base
