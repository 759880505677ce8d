#include "proxy/config/intent_recovery.h"

#include <string_view>
#include <utility>

#include "proxy/config/config_file.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {
namespace {

using base::FileSystem;
using base::Result;

Result<void> write_again(FileSystem& files, const std::string& real_path, std::string old_text,
                         const IntentEntry& entry) {
  PreparedWrite write;
  write.revision = entry.revision;
  write.real_path = real_path;
  write.temp_path = temp_path(real_path, entry.revision);
  write.old_text = std::move(old_text);
  write.new_text = entry.new_text;
  const Result<base::FileInfo> info = files.stat(real_path);
  if (!info) return info.error();
  Result<void> written = files.write_new(write.temp_path, write.new_text, info->mode);
  if (!written) return written;
  if (Result<void> owned = files.copy_mode_and_owner(real_path, write.temp_path); !owned) {
    discard_write(files, write);
    return owned;
  }
  return commit_write(files, write).result;
}

std::optional<ContentHash> hash_of_file(FileSystem& files, const std::string& path) {
  const Result<std::string> text = files.read_file(path, kTextBytesMax);
  return text ? std::optional(content_hash(*text)) : std::nullopt;
}

}  // namespace

Recovery decide_recovery(const IntentEntry& entry, const ContentHash& file,
                         const std::optional<ContentHash>& temp) {
  // Something else than the old text came out of the swap, and we died before putting it back.
  const bool theirs = temp && *temp != entry.old_hash && *temp != entry.new_hash;
  if (file == entry.new_hash) return theirs ? Recovery::restore_their_text : Recovery::done;
  if (file == entry.old_hash) return Recovery::write_again;
  return theirs && *temp != file ? Recovery::keep_both : Recovery::conflict;
}

Result<Recovery> recover_file(FileSystem& files, const std::string& path,
                              const IntentEntry& entry) {
  const Result<std::string> real_path = files.realpath(path);
  if (!real_path) return real_path.error();
  Result<std::string> text = files.read_file(*real_path, kTextBytesMax);
  if (!text) return text.error();
  const std::string temp = temp_path(*real_path, entry.revision);
  const Recovery decision = decide_recovery(entry, content_hash(*text), hash_of_file(files, temp));
  if (decision == Recovery::restore_their_text) {
    if (Result<void> back = files.rename(temp, *real_path); !back) return back.error();
  }
  if (decision == Recovery::keep_both) {
    const std::string beside = conflict_path(*real_path, entry.revision);
    if (Result<void> kept = files.rename(temp, beside); !kept) return kept.error();
  }
  if (Result<std::size_t> cleaned = remove_leftovers(files, path); !cleaned) return cleaned.error();
  if (decision == Recovery::write_again) {
    Result<void> written = write_again(files, *real_path, std::move(text).value(), entry);
    if (!written && written.error().code == base::ErrorCode::config_changed) {
      return Recovery::conflict;
    }
    if (!written) return written.error();
    return decision;
  }
  if (Result<void> synced = files.fsync_dir(base::parent_dir(*real_path)); !synced) {
    return synced.error();
  }
  return decision;
}

Result<std::size_t> remove_leftovers(FileSystem& files, const std::string& path) {
  const Result<std::string> real_path = files.realpath(path);
  if (!real_path) return real_path.error();
  const std::string directory = base::parent_dir(*real_path);
  const Result<std::vector<std::string>> names = files.list_dir(directory);
  if (!names) return names.error();
  const std::string sample = temp_path(*real_path, 0);
  const std::string_view name = std::string_view(sample).substr(sample.rfind('/') + 1);
  const std::string_view prefix = name.substr(0, name.rfind(kTempInfix) + kTempInfix.size());
  std::size_t removed = 0;
  for (const std::string& item : *names) {
    if (!item.starts_with(prefix) || !item.ends_with(".tmp")) continue;
    if (Result<void> gone = files.remove(directory + "/" + item); !gone) return gone.error();
    ++removed;
  }
  return removed;
}

}  // namespace proxy::config
