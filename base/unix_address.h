// The path of a unix socket in a form that the system takes: an address holds 107 bytes, a longer
// path goes by way of its opened directory (/proc/self/fd/N/NAME). Resource that moves.
//
// Threads: any, one at a time.
#pragma once
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace base {

class UnixAddress {
 public:
  // Errors: the file system's (the directory cannot be opened); invalid_argument (a name that is
  // too long even so).
  static Result<UnixAddress> of(const std::string& path);

  // For sockaddr_un::sun_path, within this process and while this lives.
  const std::string& text() const { return text_; }

 private:
  UnixAddress(std::string text, UniqueFd directory)
      : text_(std::move(text)), directory_(std::move(directory)) {}

  std::string text_;
  UniqueFd directory_;  // opened when the path is long
};

}  // namespace base
