// The configuration file as the command line sees it: which it is, and the two settings that a
// daemon is found and opened by. Functions; they read the file, nothing is kept.
//
// A file that cannot be used as a whole still tells what it can: while somebody mends it, the
// daemon runs on, and must be found. What such a text tells is a guess, for the caller to confirm.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/config/expansion.h"

namespace proxy::cli {

// One value of the file: `values` holds it, or all that may be it where the file is broken.
struct Configured {
  std::vector<std::string> values;  // empty: not said
  std::string fault;                // why the file as a whole cannot be used; empty when it can
};

// The file's `data_dir`, its default where the file says none. A file that is broken may name
// several, or none.
Configured configured_data_dir(base::FileSystem& files, const std::string& path);
// The file's `api_key`.
Configured configured_api_key(base::FileSystem& files, const std::string& path);

// Whether both paths lead to one file, through whatever links; also for a file that is gone.
bool is_same_file(base::FileSystem& files, const std::string& one, const std::string& other);

}  // namespace proxy::cli
