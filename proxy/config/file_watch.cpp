#include "proxy/config/file_watch.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace proxy::config {
namespace {

constexpr std::string_view kLog = "config";

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace

FileWatch::FileWatch(base::FileSystem& files, base::DirectoryWatcher& watcher,
                     base::Runtime runtime, std::string path, std::function<void()> changed)
    : files_(files),
      watcher_(watcher),
      runtime_(runtime),
      path_(std::move(path)),
      changed_(std::move(changed)) {
  seen_ = look();
  watch_directories();
  runtime_.start(poll_, kPoll);
}

FileWatch::Look FileWatch::look() const {
  Look look;
  const auto real_path = files_.realpath(path_);
  const auto info = files_.stat(path_);
  if (!real_path || !info) return look;
  return {*real_path, info->inode, info->modified_ns, info->bytes};
}

// Those that are watched already stay, unless another directory stands in their place.
void FileWatch::watch_directories() {
  std::vector<std::string> wanted{base::parent_dir(path_)};
  if (!seen_.real_path.empty()) {
    std::string target = base::parent_dir(seen_.real_path);
    if (target != wanted.front()) wanted.push_back(std::move(target));
  }
  std::vector<Watched> next;
  for (std::string& directory : wanted) {
    const auto info = files_.stat(directory);
    const std::uint64_t inode = info ? info->inode : 0;
    const auto same = std::ranges::find_if(watched_, [&](const Watched& one) {
      return one.directory == directory && one.inode == inode && one.watch != nullptr;
    });
    if (same != watched_.end()) {
      next.push_back(std::move(*same));
      continue;
    }
    auto watch = watcher_.watch(directory, [this](std::string_view name) { on_event(name); });
    if (!watch) {
      const bool told = std::ranges::any_of(
          watched_, [&](const Watched& one) { return one.directory == directory; });
      if (!told) {
        base::log::warn(kLog, "{}; its file is looked at every {} s", watch.error().message,
                        kPoll.count() / 1000);
      }
    }
    next.push_back({std::move(directory), inode, watch ? std::move(watch).value() : nullptr});
  }
  watched_ = std::move(next);
}

// Other files of the directory are of no interest, unless the file's name leads through them.
void FileWatch::on_event(std::string_view name) {
  const bool ours = name.empty() || name == name_of(path_) || name == name_of(seen_.real_path);
  if (ours) return note_change();
  if (!others_.armed()) runtime_.start(others_, kOthers);
}

void FileWatch::look_again() {
  if (look() != seen_) note_change();
}

void FileWatch::note_change() {
  if (!quiet_.armed()) first_change_ = runtime_.now();
  const base::TimePoint due =
      std::min(runtime_.now() + base::Duration(kDebounce), first_change_ + kDebounceMax);
  runtime_.timers.start(quiet_, due);
}

void FileWatch::on_quiet() {
  seen_ = look();
  watch_directories();
  changed_();
}

void FileWatch::on_poll() {
  runtime_.start(poll_, kPoll);
  look_again();
  watch_directories();
}

}  // namespace proxy::config
