// The file steps of a write of intent: make the new text beside the old one, swap the two, and put
// things right when an editor saved in between. Functions over a FileSystem; they block, and may
// run on any thread, one at a time for one file.
//
// The file is never without one whole text. The new text stands in a temporary file of the same
// directory (kTempInfix and the revision in its name) until it is swapped in; afterwards that file
// holds what came out, and is removed when it is what was expected. Symlinks are followed, mode and
// owner kept.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/config/config.h"
#include "proxy/config/content_hash.h"
#include "proxy/config/edit.h"

namespace proxy::config {

inline constexpr std::string_view kTempInfix = ".mcptrunk-";

// The whole text, given by the user.
struct ReplaceText {
  std::string text;
};
// What the file is to say; whatever it says already keeps its text, comments included. "***" keeps
// a secret.
struct ReplaceConfig {
  Config config;
};
using Change = std::variant<std::vector<Edit>, ReplaceText, ReplaceConfig>;

// What a change asks for, as a person would do it by hand: "set \"startup_mode\" of server ...".
std::string describe(const Change& change);

// A write that is ready to be swapped in.
struct PreparedWrite {
  std::uint64_t revision = 0;
  std::string real_path;
  std::string temp_path;
  std::string old_text;
  std::string new_text;
  Config config;      // of the new text
  std::string to_do;  // how a person would do it by hand
  bool changes() const { return old_text != new_text; }
};

// The text of a file that is made because there was none.
inline constexpr std::string_view kEmptyText = "{}\n";

// Judges a change by what it makes of the configuration. Asked on any thread, before anything is
// written, and only when something would change.
using Review = std::function<base::Result<void>(const Config& before, const Config& after)>;

// Reads the file (made first, when there is none), makes the new text, checks that it is a
// configuration, and writes it to the temporary file, synced. Without a difference nothing is
// written. Errors: config_changed (not the text of `if_match`), config_invalid, config_read_only
// (with the edit to make by hand), those of apply_edit() and of `review`, io_error. On an error no
// temporary file is left.
base::Result<PreparedWrite> prepare_write(base::FileSystem& files, const std::string& path,
                                          const Change& change,
                                          const std::optional<ContentHash>& if_match,
                                          std::uint64_t revision, const Review& review = {});

struct SwapOutcome {
  base::Result<void> result = base::kDone;
  // False: the directory was not synced. A power cut may bring back what stood there in between, so
  // the journal's entry must stay open, for recovery to look at.
  bool settled = true;
};

// Swaps the new text in, durably. config_changed when somebody saved in between: their text stands
// then. On an error the file is as it was and no temporary file is left, as far as the disk allows.
SwapOutcome commit_write(base::FileSystem& files, const PreparedWrite& write);

// Puts the old text back, unless somebody has changed the file since. Errors: what is on the disk
// is not certain.
base::Result<void> revert_write(base::FileSystem& files, const PreparedWrite& write);

// Makes durable what an unsettled swap left.
base::Result<void> settle(base::FileSystem& files, const std::string& path);

// Where a write of this revision keeps its new text, and where somebody's text is kept that could
// not be put back.
std::string temp_path(const std::string& real_path, std::uint64_t revision);
std::string conflict_path(const std::string& real_path, std::uint64_t revision);

// Drops a write that was not swapped in.
void discard_write(base::FileSystem& files, const PreparedWrite& write);

}  // namespace proxy::config
