#include "storage/errors.h"

#include <fmt/format.h>
#include <lmdb.h>

#include <cerrno>

namespace storage {

base::Error damaged(std::string_view what) {
  return {base::ErrorCode::store_damaged, fmt::format("The state store is damaged: {}.", what), ""};
}

base::Error too_new(std::string_view what) {
  return {base::ErrorCode::store_too_new,
          fmt::format("The state store was written by a newer mcptrunk: it has {}.", what),
          "Run the newer version, or use another data_dir; nothing was changed."};
}

base::Error unavailable(std::string_view why) {
  return {base::ErrorCode::store_unavailable, fmt::format("The state cannot be saved: {}.", why),
          "Free space on the disk of data_dir or mend it; the next change tries again."};
}

base::Error lmdb_error(std::string_view doing, int code) {
  const std::string what = fmt::format("{}: {}", doing, mdb_strerror(code));
  switch (code) {
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
      return damaged(what);
    case MDB_PANIC: {
      base::Error error = unavailable(what);
      error.remedy = "Restart mcptrunk once the disk of data_dir works again.";
      return error;
    }
    case EACCES:
    case EPERM:
    case EROFS: {
      base::Error error = unavailable(what);
      error.remedy = "Give the user that runs mcptrunk write access to data_dir.";
      return error;
    }
    default:
      return unavailable(what);
  }
}

base::Error in_file(base::Error error, const std::string& path) {
  error.message += fmt::format(" The file is {}.", path);
  if (error.code == base::ErrorCode::store_damaged && error.remedy.empty()) {
    error.remedy = fmt::format(
        "Stop mcptrunk, keep the file aside with: mv '{0}' '{0}.damaged' and start again, or put a "
        "backup in its place. Configuration is not in it; catalogs are listed anew; approvals have "
        "to be given again.",
        path);
  }
  return error;
}

}  // namespace storage
