// Puts right what a crash in the middle of a write left: an open entry of the journal, a temporary
// file.
//
// An open entry is rolled forward when the file has the new text or the old one. With any other
// text, it is the user's file that wins, and the entry is reported as a conflict. A second text of
// somebody else, in the temporary file, is kept beside the file: nobody can tell which is the
// newer.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/config/content_hash.h"
#include "proxy/config/intent_journal.h"

namespace proxy::config {

enum class Recovery : std::uint8_t {
  done,                // the file has the new text already
  write_again,         // the file has the old text
  conflict,            // the file has a text of its own, which stays
  restore_their_text,  // a conflict, where their text lies in the temporary file still
  keep_both,           // a conflict, and another text of theirs lies in the temporary file
};

// The decision. Pure. `temp` is the hash of the temporary file, if there is one.
Recovery decide_recovery(const IntentEntry& entry, const ContentHash& file,
                         const std::optional<ContentHash>& temp);

// Decides, brings the file to the state decided on, durably, and removes the temporary files of
// this and earlier writes. Blocks. Afterwards the entry is to be marked done.
base::Result<Recovery> recover_file(base::FileSystem& files, const std::string& path,
                                    const IntentEntry& entry);

// Removes temporary files when no entry is open. Returns how many there were.
base::Result<std::size_t> remove_leftovers(base::FileSystem& files, const std::string& path);

}  // namespace proxy::config
