// A file system in memory for tests and the simulation: what was not synced is lost when the power
// is cut, operations can be made to fail, and a hook sees every step before it happens. Resource.
//
// Model:   content is durable after its fsync. Names (create, rename, exchange, remove) take effect
// at
//          once and wait in order until fsync_dir() of a directory they touch; a power cut keeps as
//          many of the waiting ones, from the first, as the test says. write_new() is three steps:
//          create, write, fsync_file.
// Threads: the test's. Deterministic: inodes and times count up from one.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace base {

class SimFileSystem final : public FileSystem {
 public:
  enum class Step : std::uint8_t {
    read,
    create,
    write,
    fsync_file,
    fsync_dir,
    rename,
    rename_exchange,
    remove,
    look,  // stat, lstat, realpath, list_dir
    create_dirs,
    copy_mode_and_owner,
  };
  // Runs before a step; may edit files, inject failures or cut the power (then the step fails).
  // Operations inside the hook are not seen by it.
  using Hook = std::function<void(Step step, const std::string& path)>;

  SimFileSystem();
  ~SimFileSystem() override;

  void before_operation(Hook hook) { hook_ = std::move(hook); }
  // The next `times` steps of this kind fail with `error_number` (ENOSPC, EIO, ...) and change
  // nothing.
  void fail(Step step, int error_number, int times);
  // rename_exchange() answers `unsupported`, as on old kernels and some file systems.
  void without_exchange() { exchange_supported_ = false; }

  // Forgets all that is not durable but the first `names_kept` waiting changes of names. Until
  // power_on() every operation fails.
  void cut_power(std::size_t names_kept);
  void power_on() { powered_ = true; }
  bool powered() const { return powered_; }
  std::size_t waiting_names() const { return waiting_.size(); }

  // Steps a user or an editor would take; durable at once, with all changes of names before them;
  // no hook, no failures.
  void edit(const std::string& path, std::string_view bytes);            // in place, same inode
  void edit_by_rename(const std::string& path, std::string_view bytes);  // new inode
  void forget(const std::string& path);                                  // fine when it is missing
  void add_symlink(const std::string& path, const std::string& target);
  // Who asks. What is made belongs to root, who asks unless this says otherwise.
  void set_user(std::uint32_t uid) { user_ = uid; }
  void set_owner(const std::string& path, std::uint32_t uid, std::uint32_t gid);
  void set_mode(const std::string& path, std::uint32_t mode);
  // As a process that holds the file's lock, and as its end.
  void lock(const std::string& path) { locked_.insert(path); }
  void unlock(const std::string& path) { locked_.erase(path); }
  // What the file holds; nothing when it does not exist.
  std::optional<std::string> peek(const std::string& path) const;
  std::vector<std::string> all_files() const;  // paths of all but directories, sorted

  std::uint64_t step_count() const { return steps_; }
  std::uint64_t fsync_count() const { return fsyncs_; }

  Result<std::string> read_file(const std::string& path, std::size_t bytes_max) override;
  Result<void> write_new(const std::string& path, std::string_view bytes,
                         std::uint32_t mode) override;
  Result<void> fsync_file(const std::string& path) override;
  Result<void> fsync_dir(const std::string& path) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> rename_exchange(const std::string& first, const std::string& second) override;
  Result<void> remove(const std::string& path) override;
  Result<FileInfo> stat(const std::string& path) override;
  Result<FileInfo> lstat(const std::string& path) override;
  Result<std::string> realpath(const std::string& path) override;
  Result<void> create_dirs(const std::string& path, std::uint32_t mode) override;
  Result<std::vector<std::string>> list_dir(const std::string& path) override;
  Result<void> copy_mode_and_owner(const std::string& from, const std::string& to) override;
  Result<bool> is_locked(const std::string& path) override { return locked_.contains(path); }
  std::uint32_t user() override { return user_; }

 private:
  struct Inode;
  using InodePtr = std::shared_ptr<Inode>;
  using Tree = std::map<std::string, InodePtr>;  // by absolute path without symlinks
  struct NameChange {
    std::string path;
    InodePtr to;  // null: removed
  };
  using NameStep = std::vector<NameChange>;  // all of one operation: durable together or not

  InodePtr make(FileKind kind, std::uint32_t mode);
  void make_parents(const std::string& path);
  void change_names(NameStep step);
  void make_names_durable();
  static void apply(Tree& tree, const NameStep& step);
  int begin(Step step, const std::string& path);
  // The path with all symlinks followed, the last component's only if asked; it need not exist.
  std::optional<std::string> resolve(const std::string& path, bool follow_last) const;
  InodePtr find(const std::string& path, bool follow_last) const;
  bool has_children(const std::string& path) const;
  Result<FileInfo> look(const std::string& path, bool follow_last);

  Tree names_;
  Tree durable_;
  std::vector<NameStep> waiting_;
  Hook hook_;
  bool in_hook_ = false;
  struct Failure {
    int error_number = 0;
    int times = 0;
  };
  std::map<Step, Failure> failures_;
  std::set<std::string> locked_;
  std::uint32_t user_ = 0;
  bool exchange_supported_ = true;
  bool powered_ = true;
  std::uint64_t steps_ = 0;
  std::uint64_t fsyncs_ = 0;
  std::uint64_t last_inode_ = 0;
  std::int64_t last_time_ = 0;
};

}  // namespace base
