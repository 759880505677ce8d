#include "proxy/config/config_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "proxy/config/parser.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {
namespace {

using base::Error;
using base::ErrorCode;
using base::FileSystem;
using base::Result;

constexpr int kPutBacksMax = 8;

Error changed_error(const std::string& path) {
  return {ErrorCode::config_changed,
          fmt::format("{} was changed by somebody else; nothing was written.", path),
          "Look at it as it is now and try again."};
}

Error read_only_error(const std::string& path, std::string_view to_do) {
  return {ErrorCode::config_read_only,
          fmt::format("{} cannot be replaced: it is read-only, or mounted by itself.", path),
          fmt::format("Make the change where the file comes from: {}.", to_do)};
}

// The file that the first change of a fresh installation writes to.
Result<void> make_empty(FileSystem& files, const std::string& path) {
  if (Result<void> dir = files.create_dirs(base::parent_dir(path), 0700); !dir) return dir;
  if (Result<void> made = files.write_new(path, kEmptyText, 0600); !made) return made;
  return files.fsync_dir(base::parent_dir(path));
}

Result<std::string> new_text_of(const std::string& old_text, const Change& change) {
  if (const ReplaceText* replace = std::get_if<ReplaceText>(&change)) return replace->text;
  const std::vector<Edit>* edits = std::get_if<std::vector<Edit>>(&change);
  std::vector<Edit> between;
  if (const ReplaceConfig* replace = std::get_if<ReplaceConfig>(&change)) {
    const Result<Config> from = config_or_error(parse(old_text));
    if (!from) return from.error();
    Result<std::vector<Edit>> found = edits_between(*from, replace->config);
    if (!found) return found.error();
    between = std::move(found).value();
    edits = &between;
  }
  std::string text = old_text;
  for (const Edit& edit : *edits) {
    Result<std::string> next = apply_edit(text, edit);
    if (!next) return next;
    text = std::move(next).value();
  }
  return text;
}

// The file is in order, what was asked for is not: its lines mean nothing to whoever asked.
Error refused_change(const std::vector<Diagnostic>& diagnostics) {
  const auto wrong = std::ranges::find(diagnostics, Severity::error, &Diagnostic::severity);
  return {ErrorCode::config_invalid,
          fmt::format("Nothing was changed: with this change {}.", wrong->message),
          "Ask for another change."};
}

Result<void> write_temp(FileSystem& files, const PreparedWrite& write) {
  const Result<base::FileInfo> info = files.stat(write.real_path);
  if (!info) return info.error();
  // The super-user may write it all the same, but whoever took the permission away meant it.
  if ((info->mode & 0222U) == 0) return read_only_error(write.real_path, write.to_do);
  Result<void> written = files.write_new(write.temp_path, write.new_text, info->mode);
  if (!written && written.error().code == ErrorCode::already_exists) {
    if (Result<void> removed = files.remove(write.temp_path); !removed) return removed;
    written = files.write_new(write.temp_path, write.new_text, info->mode);
  }
  if (!written && written.error().code == ErrorCode::forbidden) {
    return read_only_error(write.real_path, write.to_do);
  }
  if (!written) return written;
  Result<void> owned = files.copy_mode_and_owner(write.real_path, write.temp_path);
  if (!owned) discard_write(files, write);
  return owned;
}

// What came out of the last swap, `placed` being put in, is the newest text of others: it takes the
// place of what stands there, or where even that fails stands beside it. Unless somebody has saved
// once more: then that is the newest, and stands where it belongs.
Result<void> put_newest_in_place(FileSystem& files, const PreparedWrite& write,
                                 const std::string& placed, Error why) {
  const Result<std::string> now = files.read_file(write.real_path, kTextBytesMax);
  if (now && *now != placed) return discard_write(files, write), base::kDone;
  if (files.rename(write.temp_path, write.real_path)) return base::kDone;
  (void)files.rename(write.temp_path, conflict_path(write.real_path, write.revision));
  return why;
}

// The file holds what is not ours to replace, and the temporary file what somebody saved meanwhile:
// swaps until what comes out is what was put in last, so that the newest text of others stands in
// the end.
Result<void> put_back(FileSystem& files, const PreparedWrite& write) {
  std::string placed = write.new_text;
  for (int i = 0; i < kPutBacksMax; ++i) {
    Result<std::string> next = files.read_file(write.temp_path, kTextBytesMax);
    if (!next) return put_newest_in_place(files, write, placed, next.error());
    Result<void> swapped = files.rename_exchange(write.temp_path, write.real_path);
    if (!swapped) return put_newest_in_place(files, write, placed, swapped.error());
    const Result<std::string> out = files.read_file(write.temp_path, kTextBytesMax);
    if (!out) return out.error();  // whose it is shows at the next start
    if (*out == placed) return discard_write(files, write), base::kDone;
    placed = std::move(next).value();
  }
  return put_newest_in_place(
      files, write, placed,
      {ErrorCode::io_error, fmt::format("{} is being changed again and again.", write.real_path),
       "Try again when it is at rest."});
}

Result<void> swap_by_exchange(FileSystem& files, const PreparedWrite& write) {
  Result<void> swapped = files.rename_exchange(write.temp_path, write.real_path);
  if (!swapped) return swapped;
  const Result<std::string> out = files.read_file(write.temp_path, kTextBytesMax);
  if (out && *out == write.old_text) return base::kDone;
  if (Result<void> back = put_back(files, write); !back) return back;
  return changed_error(write.real_path);
}

// Where two names cannot be exchanged: there remains a moment in which an editor's save is lost.
Result<void> swap_by_rename(FileSystem& files, const PreparedWrite& write) {
  const Result<std::string> now = files.read_file(write.real_path, kTextBytesMax);
  if (!now) return now.error();
  if (*now != write.old_text) return changed_error(write.real_path);
  return files.rename(write.temp_path, write.real_path);
}

Result<void> swap_in(FileSystem& files, const PreparedWrite& write) {
  Result<void> swapped = swap_by_exchange(files, write);
  if (!swapped && swapped.error().code == ErrorCode::unsupported) {
    swapped = swap_by_rename(files, write);
  }
  return swapped;
}

// After a failed swap. False: the temporary file is still there, because it could not be removed or
// holds what somebody else saved.
bool discard_ours(FileSystem& files, const PreparedWrite& write) {
  const Result<std::string> temp = files.read_file(write.temp_path, kTextBytesMax);
  if (temp && *temp == write.new_text) discard_write(files, write);
  return !files.lstat(write.temp_path).ok();
}

// Is the new text in place, as far as can be read?
bool is_swapped_in(FileSystem& files, const PreparedWrite& write) {
  const Result<std::string> now = files.read_file(write.real_path, kTextBytesMax);
  return now && *now == write.new_text;
}

}  // namespace

std::string temp_path(const std::string& real_path, std::uint64_t revision) {
  const std::size_t slash = real_path.rfind('/');
  const std::size_t name = slash == std::string::npos ? 0 : slash + 1;
  return fmt::format("{}.{}{}{}.tmp", real_path.substr(0, name), real_path.substr(name), kTempInfix,
                     revision);
}

std::string conflict_path(const std::string& real_path, std::uint64_t revision) {
  return fmt::format("{}.conflict-{}", real_path, revision);
}

Result<PreparedWrite> prepare_write(FileSystem& files, const std::string& path,
                                    const Change& change,
                                    const std::optional<ContentHash>& if_match,
                                    std::uint64_t revision, const Review& review) {
  PreparedWrite write;
  write.revision = revision;
  write.to_do = describe(change);
  Result<std::string> real_path = files.realpath(path);
  if (!real_path && real_path.error().code == ErrorCode::not_found) {
    if (Result<void> made = make_empty(files, path); !made) return made.error();
    real_path = files.realpath(path);
  }
  if (!real_path) return real_path.error();
  write.real_path = std::move(real_path).value();
  write.temp_path = temp_path(write.real_path, revision);
  Result<std::string> old_text = files.read_file(write.real_path, kTextBytesMax);
  if (!old_text) return old_text.error();
  write.old_text = std::move(old_text).value();
  if (if_match && content_hash(write.old_text) != *if_match) return changed_error(path);
  Result<std::string> new_text = new_text_of(write.old_text, change);
  if (!new_text) return new_text.error();
  write.new_text = std::move(new_text).value();
  ParseOutcome outcome = parse(write.new_text);
  if (!outcome.config && !std::holds_alternative<ReplaceText>(change)) {
    return refused_change(outcome.diagnostics);
  }
  Result<Config> config = config_or_error(std::move(outcome));
  if (!config) return config.error();
  write.config = std::move(config).value();
  if (!write.changes()) return write;
  if (review) {
    const Result<Config> before = config_or_error(parse(write.old_text));
    if (!before) return before.error();
    if (Result<void> allowed = review(*before, write.config); !allowed) return allowed.error();
  }
  if (Result<void> written = write_temp(files, write); !written) return written.error();
  return write;
}

SwapOutcome commit_write(FileSystem& files, const PreparedWrite& write) {
  const std::string directory = base::parent_dir(write.real_path);
  Result<void> swapped = swap_in(files, write);
  if (!swapped) {
    const bool discarded = discard_ours(files, write);
    const bool settled = files.fsync_dir(directory).ok() && discarded;
    if (swapped.error().code != ErrorCode::forbidden) return {std::move(swapped), settled};
    return {read_only_error(write.real_path, write.to_do), settled};
  }
  Result<void> synced = files.fsync_dir(directory);
  discard_write(files, write);
  if (synced) return {};
  Result<void> reverted = revert_write(files, write);
  const bool settled = reverted.ok();
  return {settled ? std::move(synced) : std::move(reverted), settled};
}

Result<void> revert_write(FileSystem& files, const PreparedWrite& write) {
  if (!is_swapped_in(files, write)) return settle(files, write.real_path);
  PreparedWrite back = write;
  std::swap(back.old_text, back.new_text);
  const Result<base::FileInfo> info = files.stat(back.real_path);
  if (!info) return info.error();
  if (Result<void> made = files.write_new(back.temp_path, back.new_text, info->mode); !made) {
    return made;
  }
  (void)files.copy_mode_and_owner(back.real_path, back.temp_path);
  if (Result<void> swapped = swap_in(files, back); !swapped) {
    (void)discard_ours(files, back);
    const bool theirs = swapped.error().code == ErrorCode::config_changed;
    Result<void> synced = settle(files, back.real_path);
    return theirs ? synced : swapped;
  }
  discard_write(files, back);
  return settle(files, back.real_path);
}

Result<void> settle(FileSystem& files, const std::string& path) {
  const Result<std::string> real_path = files.realpath(path);
  if (!real_path) return real_path.error();
  return files.fsync_dir(base::parent_dir(*real_path));
}

void discard_write(FileSystem& files, const PreparedWrite& write) {
  // What cannot be removed now is removed at the next start.
  (void)files.remove(write.temp_path);
}

}  // namespace proxy::config
