#include "base/sim_file_system.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <deque>

namespace base {

struct SimFileSystem::Inode {
  FileInfo info;
  std::string bytes;    // of a symlink: its target
  std::string durable;  // what a power cut leaves
  void sync() { durable = bytes; }
};

namespace {

constexpr int kSymlinksMax = 40;

std::vector<std::string> components(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

std::string child_path(const std::string& dir, std::string_view name) {
  return (dir == "/" ? dir : dir + "/") + std::string(name);
}

}  // namespace

SimFileSystem::SimFileSystem() {
  names_["/"] = make(FileKind::directory, 0755);
  durable_ = names_;
}

SimFileSystem::~SimFileSystem() = default;

SimFileSystem::InodePtr SimFileSystem::make(FileKind kind, std::uint32_t mode) {
  auto inode = std::make_shared<Inode>();
  inode->info.kind = kind;
  inode->info.mode = mode;
  inode->info.inode = ++last_inode_;
  inode->info.modified_ns = ++last_time_;
  return inode;
}

void SimFileSystem::fail(Step step, int error_number, int times) {
  failures_[step] = Failure{error_number, times};
}

// 0, or the errno with which the step fails.
int SimFileSystem::begin(Step step, const std::string& path) {
  if (!powered_) return EIO;
  ++steps_;
  if (hook_ && !in_hook_) {
    const Hook hook = hook_;  // it may replace itself
    in_hook_ = true;
    hook(step, path);
    in_hook_ = false;
  }
  if (!powered_) return EIO;
  const auto failure = failures_.find(step);
  if (failure == failures_.end() || failure->second.times == 0) return 0;
  --failure->second.times;
  return failure->second.error_number;
}

void SimFileSystem::apply(Tree& tree, const NameStep& step) {
  for (const NameChange& change : step) {
    if (change.to) {
      tree[change.path] = change.to;
    } else {
      tree.erase(change.path);
    }
  }
}

void SimFileSystem::change_names(NameStep step) {
  apply(names_, step);
  waiting_.push_back(std::move(step));
}

void SimFileSystem::cut_power(std::size_t names_kept) {
  for (std::size_t i = 0; i < std::min(names_kept, waiting_.size()); ++i) {
    apply(durable_, waiting_[i]);
  }
  waiting_.clear();
  names_ = durable_;
  for (const auto& [path, inode] : names_) {
    inode->bytes = inode->durable;
    inode->info.bytes = inode->bytes.size();
  }
  powered_ = false;
}

std::optional<std::string> SimFileSystem::resolve(const std::string& path, bool follow_last) const {
  const std::vector<std::string> parts = components(path);
  std::deque<std::string> rest(parts.begin(), parts.end());
  std::string at = "/";
  int links = 0;
  while (!rest.empty()) {
    const std::string part = rest.front();
    rest.pop_front();
    if (part == ".") continue;
    if (part == "..") {
      at = parent_dir(at);
      continue;
    }
    const std::string next = child_path(at, part);
    const auto found = names_.find(next);
    const bool is_link = found != names_.end() && found->second->info.kind == FileKind::symlink;
    if (!is_link || (rest.empty() && !follow_last)) {
      at = next;
      continue;
    }
    if (++links > kSymlinksMax) return std::nullopt;
    const std::string& target = found->second->bytes;
    const std::vector<std::string> more = components(target);
    rest.insert(rest.begin(), more.begin(), more.end());
    if (target.starts_with('/')) at = "/";
  }
  return at;
}

SimFileSystem::InodePtr SimFileSystem::find(const std::string& path, bool follow_last) const {
  const std::optional<std::string> real = resolve(path, follow_last);
  if (!real) return nullptr;
  const auto found = names_.find(*real);
  return found == names_.end() ? nullptr : found->second;
}

bool SimFileSystem::has_children(const std::string& path) const {
  const std::string prefix = child_path(path, "");
  const auto after = names_.upper_bound(prefix);
  return after != names_.end() && after->first.starts_with(prefix);
}

void SimFileSystem::make_parents(const std::string& path) {
  const std::string parent = parent_dir(path);
  if (names_.contains(parent)) return;
  make_parents(parent);
  names_[parent] = durable_[parent] = make(FileKind::directory, 0755);
}

// A journalling file system keeps the order of names: what came before an edit that is durable is
// durable too.
void SimFileSystem::make_names_durable() {
  for (const NameStep& step : waiting_) apply(durable_, step);
  waiting_.clear();
}

void SimFileSystem::edit(const std::string& path, std::string_view bytes) {
  make_names_durable();
  InodePtr inode = find(path, true);
  if (!inode) {
    const std::string real = resolve(path, true).value_or(path);
    make_parents(real);
    inode = make(FileKind::file, 0644);
    names_[real] = durable_[real] = inode;
  }
  inode->bytes = bytes;
  inode->sync();
  inode->info.bytes = bytes.size();
  inode->info.modified_ns = ++last_time_;
}

void SimFileSystem::edit_by_rename(const std::string& path, std::string_view bytes) {
  make_names_durable();
  const std::string real = resolve(path, true).value_or(path);
  make_parents(real);
  const InodePtr inode = make(FileKind::file, 0644);
  names_[real] = durable_[real] = inode;
  edit(real, bytes);
}

void SimFileSystem::forget(const std::string& path) {
  make_names_durable();
  names_.erase(path);
  durable_.erase(path);
}

void SimFileSystem::add_symlink(const std::string& path, const std::string& target) {
  make_parents(path);
  const InodePtr inode = make(FileKind::symlink, 0777);
  inode->bytes = target;
  inode->sync();
  names_[path] = durable_[path] = inode;
}

void SimFileSystem::set_owner(const std::string& path, std::uint32_t uid, std::uint32_t gid) {
  const InodePtr inode = find(path, true);
  assert(inode);
  inode->info.uid = uid;
  inode->info.gid = gid;
}

void SimFileSystem::set_mode(const std::string& path, std::uint32_t mode) {
  const InodePtr inode = find(path, true);
  assert(inode);
  inode->info.mode = mode;
}

std::optional<std::string> SimFileSystem::peek(const std::string& path) const {
  const InodePtr inode = find(path, true);
  if (!inode || inode->info.kind != FileKind::file) return std::nullopt;
  return inode->bytes;
}

std::vector<std::string> SimFileSystem::all_files() const {
  std::vector<std::string> paths;
  for (const auto& [path, inode] : names_) {
    if (inode->info.kind != FileKind::directory) paths.push_back(path);
  }
  return paths;
}

Result<std::string> SimFileSystem::read_file(const std::string& path, std::size_t bytes_max) {
  if (const int error = begin(Step::read, path)) return file_error("read", path, error);
  const InodePtr inode = find(path, true);
  if (!inode) return file_error("read", path, ENOENT);
  if (inode->info.kind != FileKind::file) return file_error("read", path, EISDIR);
  if (inode->bytes.size() > bytes_max) return file_error("read", path, EFBIG);
  return inode->bytes;
}

Result<void> SimFileSystem::write_new(const std::string& path, std::string_view bytes,
                                      std::uint32_t mode) {
  if (const int error = begin(Step::create, path)) return file_error("create", path, error);
  const std::string real = resolve(path, false).value_or(path);
  if (names_.contains(real)) return file_error("create", path, EEXIST);
  const auto parent = names_.find(parent_dir(real));
  if (parent == names_.end() || parent->second->info.kind != FileKind::directory) {
    return file_error("create", path, ENOENT);
  }
  const InodePtr inode = make(FileKind::file, mode);
  change_names({{real, inode}});
  int error = begin(Step::write, path);
  if (error == 0) {
    inode->bytes = bytes;
    inode->info.bytes = bytes.size();
    error = begin(Step::fsync_file, path);
    ++fsyncs_;
  }
  if (error == 0) {
    inode->sync();
    return kDone;
  }
  if (powered_) change_names({{real, nullptr}});
  return file_error("write", path, error);
}

Result<void> SimFileSystem::fsync_file(const std::string& path) {
  if (const int error = begin(Step::fsync_file, path)) return file_error("sync", path, error);
  ++fsyncs_;
  const InodePtr inode = find(path, true);
  if (!inode) return file_error("sync", path, ENOENT);
  inode->sync();
  return kDone;
}

Result<void> SimFileSystem::fsync_dir(const std::string& path) {
  if (const int error = begin(Step::fsync_dir, path)) {
    return file_error("sync the directory", path, error);
  }
  ++fsyncs_;
  const std::string real = resolve(path, true).value_or(path);
  if (!names_.contains(real)) return file_error("sync the directory", path, ENOENT);
  std::vector<NameStep> left;
  for (NameStep& step : waiting_) {
    const bool touches = std::ranges::any_of(
        step, [&](const NameChange& change) { return parent_dir(change.path) == real; });
    if (touches) {
      apply(durable_, step);
    } else {
      left.push_back(std::move(step));
    }
  }
  waiting_ = std::move(left);
  return kDone;
}

Result<void> SimFileSystem::rename(const std::string& from, const std::string& to) {
  if (const int error = begin(Step::rename, to)) return file_error("rename", from, error);
  const std::string real_from = resolve(from, false).value_or(from);
  const std::string real_to = resolve(to, false).value_or(to);
  const auto source = names_.find(real_from);
  if (source == names_.end() || !names_.contains(parent_dir(real_to))) {
    return file_error("rename", from, ENOENT);
  }
  const auto target = names_.find(real_to);
  const bool directories =
      source->second->info.kind == FileKind::directory ||
      (target != names_.end() && target->second->info.kind == FileKind::directory);
  if (directories) return file_error("rename", from, EOPNOTSUPP);  // not part of the model
  const InodePtr inode = source->second;
  change_names({{real_from, nullptr}, {real_to, inode}});
  return kDone;
}

Result<void> SimFileSystem::rename_exchange(const std::string& first, const std::string& second) {
  if (const int error = begin(Step::rename_exchange, second)) {
    return file_error("exchange", second, error);
  }
  if (!exchange_supported_) return file_error("exchange", second, EOPNOTSUPP);
  const std::string real_first = resolve(first, false).value_or(first);
  const std::string real_second = resolve(second, false).value_or(second);
  const auto a = names_.find(real_first);
  const auto b = names_.find(real_second);
  if (a == names_.end() || b == names_.end()) return file_error("exchange", second, ENOENT);
  const InodePtr inode_a = a->second;
  const InodePtr inode_b = b->second;
  change_names({{real_first, inode_b}, {real_second, inode_a}});
  return kDone;
}

Result<void> SimFileSystem::remove(const std::string& path) {
  if (const int error = begin(Step::remove, path)) return file_error("remove", path, error);
  const std::string real = resolve(path, false).value_or(path);
  if (!names_.contains(real)) return file_error("remove", path, ENOENT);
  if (has_children(real)) return file_error("remove", path, ENOTEMPTY);
  change_names({{real, nullptr}});
  return kDone;
}

Result<FileInfo> SimFileSystem::look(const std::string& path, bool follow_last) {
  if (const int error = begin(Step::look, path)) return file_error("look at", path, error);
  const InodePtr inode = find(path, follow_last);
  if (!inode) return file_error("look at", path, ENOENT);
  return inode->info;
}

Result<FileInfo> SimFileSystem::stat(const std::string& path) {
  return look(path, true);
}

Result<FileInfo> SimFileSystem::lstat(const std::string& path) {
  return look(path, false);
}

Result<std::string> SimFileSystem::realpath(const std::string& path) {
  if (const int error = begin(Step::look, path)) return file_error("resolve", path, error);
  const std::optional<std::string> real = resolve(path, true);
  if (!real) return file_error("resolve", path, ELOOP);
  if (!names_.contains(*real)) return file_error("resolve", path, ENOENT);
  return *real;
}

Result<void> SimFileSystem::create_dirs(const std::string& path, std::uint32_t mode) {
  if (const int error = begin(Step::create_dirs, path)) {
    return file_error("create the directory", path, error);
  }
  std::string at = "/";
  for (const std::string& part : components(resolve(path, true).value_or(path))) {
    at = child_path(at, part);
    const auto found = names_.find(at);
    if (found == names_.end()) {
      change_names({{at, make(FileKind::directory, mode)}});
    } else if (found->second->info.kind != FileKind::directory) {
      return file_error("create the directory", path, EEXIST);
    }
  }
  return kDone;
}

Result<std::vector<std::string>> SimFileSystem::list_dir(const std::string& path) {
  if (const int error = begin(Step::look, path)) return file_error("list", path, error);
  const std::string real = resolve(path, true).value_or(path);
  if (!names_.contains(real)) return file_error("list", path, ENOENT);
  std::vector<std::string> names;
  const std::string prefix = child_path(real, "");
  for (auto at = names_.upper_bound(prefix); at != names_.end() && at->first.starts_with(prefix);
       ++at) {
    const std::string_view name = std::string_view(at->first).substr(prefix.size());
    if (name.find('/') == std::string_view::npos) names.emplace_back(name);
  }
  return names;
}

Result<void> SimFileSystem::copy_mode_and_owner(const std::string& from, const std::string& to) {
  if (const int error = begin(Step::copy_mode_and_owner, to)) {
    return file_error("set the mode of", to, error);
  }
  const InodePtr source = find(from, true);
  const InodePtr target = find(to, true);
  if (!source || !target) return file_error("look at", source ? to : from, ENOENT);
  target->info.mode = source->info.mode;
  target->info.uid = source->info.uid;
  target->info.gid = source->info.gid;
  return kDone;
}

}  // namespace base
