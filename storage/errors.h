// The errors of the store, with their remedies in one place. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace storage {

// `what` completes "The state store is damaged: ".
base::Error damaged(std::string_view what);
// `what` completes "The state store was written by a newer mcptrunk: it has ".
base::Error too_new(std::string_view what);
// A failure of LMDB or of the system under it: `code` as LMDB returns it.
base::Error lmdb_error(std::string_view doing, int code);
// A transaction that could not be written; the store may work again later.
base::Error unavailable(std::string_view why);

// The same error with the file it is about, and for a damaged one the commands that save and
// rebuild it.
base::Error in_file(base::Error error, const std::string& path);

}  // namespace storage
