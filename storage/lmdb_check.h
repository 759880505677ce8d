// Looks through an LMDB file before LMDB maps it: LMDB trusts its pages, so a damaged or cut file
// would end the daemon by a signal instead of an error. Reads the tree's pages, not the large
// values behind them. Pure but for the file; any thread; linear in the pages, some ms for 100 MiB.
#pragma once
#include <string>

#include "base/result.h"

namespace storage {

// store_damaged when a page that is in use is outside the file or not as LMDB writes it (format of
// LMDB 0.9, 64 bit). A missing or empty file is fine. REQUIRES: nobody writes it.
base::Result<void> check_lmdb_file(const std::string& path);

}  // namespace storage
