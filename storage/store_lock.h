// One daemon for one data directory: a lock on data_dir/kFile that the kernel drops when
// the process ends, however it ends. Resource that moves; any thread.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace storage {

class StoreLock {
 public:
  static constexpr std::string_view kFile = "mcptrunk.lock";  // in the data directory

  // REQUIRES: data_dir exists. store_in_use when another process, or another StoreLock of this one,
  // holds it; then nothing in the directory has changed. The file stays behind; it is no lock by
  // itself. A holder that was killed while it started a child leaves the lock with that child for a
  // moment: then it is tried again, with a `pause` before each of kTriesMax tries.
  static base::Result<StoreLock> acquire(const std::string& data_dir,
                                         const std::function<void()>& pause = wait_a_moment);

 private:
  static constexpr int kTriesMax = 100;
  static void wait_a_moment();  // kTriesMax of them are some seconds
  explicit StoreLock(base::UniqueFd fd) : fd_(std::move(fd)) {}
  base::UniqueFd fd_;
};

}  // namespace storage
