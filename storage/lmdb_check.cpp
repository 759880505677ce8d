#include "storage/lmdb_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "base/file_system.h"
#include "base/unique_fd.h"
#include "storage/errors.h"

namespace storage {
namespace {

constexpr std::uint64_t kPageHeader = 16;
constexpr std::uint64_t kNodeHeader = 8;
constexpr std::uint64_t kDbBytes = 48;
constexpr std::uint64_t kNoPage = ~std::uint64_t{0};
constexpr std::uint32_t kMagic = 0xBEEFC0DE;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint16_t kBranch = 0x01;
constexpr std::uint16_t kLeaf = 0x02;
constexpr std::uint16_t kOverflow = 0x04;
constexpr std::uint16_t kMeta = 0x08;
constexpr std::uint16_t kBigData = 0x01;
constexpr std::uint16_t kSubData = 0x02;
constexpr std::uint16_t kIntegerKey = 0x08;
// The free list's flags also keep how the environment was created.
constexpr std::uint16_t kNoSubdir = 0x4000;
constexpr int kDepthMax = 32;
constexpr std::uint64_t kFileBytesMax = 64ULL * 1024 * 1024 * 1024;

struct Db {
  std::uint16_t flags = 0;
  std::uint64_t root = kNoPage;
};

struct Meta {
  std::uint32_t page_bytes = 0;
  Db free;
  Db main;
  std::uint64_t last_page = 0;
  std::uint64_t transaction = 0;
};

enum class Tree : std::uint8_t { free, main, table };

// Walks the trees of one file. Every read is inside the file; each page is counted, so that a cycle
// ends.
class Walker {
 public:
  explicit Walker(std::string_view file) : file_(file) {}

  // Nothing when sound, else what is wrong.
  std::optional<std::string> check() {
    if (!read_meta()) return problem_;
    if (walk(meta_.free.root, Tree::free, 0) && walk(meta_.main.root, Tree::main, 0)) {
      return std::nullopt;
    }
    return problem_;
  }

 private:
  template <class Number>
  Number at(std::uint64_t offset) const {
    Number number;
    std::memcpy(&number, file_.data() + offset, sizeof number);
    return number;
  }
  bool wrong(std::string what) {
    problem_ = std::move(what);
    return false;
  }
  Db db_at(std::uint64_t offset) const {
    return {at<std::uint16_t>(offset + 4), at<std::uint64_t>(offset + 40)};
  }

  bool read_meta();
  std::optional<Meta> meta_at(std::uint64_t page) const;
  bool walk(std::uint64_t page, Tree tree, int depth);
  bool check_node(std::uint64_t page_start, std::uint64_t node, std::uint16_t page_flags, Tree tree,
                  int depth);
  bool check_leaf_node(std::uint64_t page_start, std::uint64_t node, Tree tree);
  std::optional<std::uint64_t> overflow_data(std::uint64_t page, std::uint64_t data_bytes);
  bool check_free_list(std::uint64_t data, std::uint64_t data_bytes);
  bool in_file(std::uint64_t page, std::uint64_t count) const {
    return page >= 2 && page <= meta_.last_page && count <= meta_.last_page - page + 1 &&
           (page + count) * meta_.page_bytes <= file_.size();
  }

  std::string_view file_;
  Meta meta_;
  std::uint64_t pages_seen_ = 0;
  std::string problem_;
};

std::optional<Meta> Walker::meta_at(std::uint64_t start) const {
  if (file_.size() < start + kPageHeader + 136) return std::nullopt;
  const std::uint64_t body = start + kPageHeader;
  if ((at<std::uint16_t>(start + 10) & kMeta) == 0 || at<std::uint32_t>(body) != kMagic ||
      at<std::uint32_t>(body + 4) != kVersion) {
    return std::nullopt;
  }
  Meta meta;
  meta.page_bytes = at<std::uint32_t>(body + 24);
  meta.free = db_at(body + 24);
  meta.main = db_at(body + 24 + kDbBytes);
  meta.last_page = at<std::uint64_t>(body + 24 + 2 * kDbBytes);
  meta.transaction = at<std::uint64_t>(body + 24 + 2 * kDbBytes + 8);
  return meta;
}

bool Walker::read_meta() {
  const std::optional<Meta> first = meta_at(0);
  if (!first) return wrong("its first page is not LMDB's");
  const std::uint32_t bytes = first->page_bytes;
  if (bytes < 512 || bytes > 65536 || (bytes & (bytes - 1)) != 0)
    return wrong("its page size is odd");
  const std::optional<Meta> second = meta_at(bytes);
  if (!second || second->page_bytes != bytes) return wrong("its second page is not LMDB's");
  meta_ = second->transaction > first->transaction ? *second : *first;
  if (meta_.last_page < 1 || meta_.last_page > kFileBytesMax / bytes) {
    return wrong("its number of pages is odd");
  }
  if ((meta_.free.flags | kNoSubdir) != (kIntegerKey | kNoSubdir) || meta_.main.flags != 0)
    return wrong("its flags are odd");
  return true;
}

bool Walker::walk(std::uint64_t page, Tree tree, int depth) {
  if (page == kNoPage && depth == 0) return true;
  if (depth >= kDepthMax || ++pages_seen_ > meta_.last_page) return wrong("its tree is too deep");
  if (!in_file(page, 1)) return wrong(fmt::format("page {} is outside the file", page));
  const std::uint64_t start = page * meta_.page_bytes;
  const auto flags = static_cast<std::uint16_t>(at<std::uint16_t>(start + 10) & 0xFF);
  const std::uint64_t lower = at<std::uint16_t>(start + 12);
  const std::uint64_t upper = at<std::uint16_t>(start + 14);
  const bool sound = at<std::uint64_t>(start) == page && (flags == kBranch || flags == kLeaf) &&
                     lower > kPageHeader && lower <= upper && upper <= meta_.page_bytes &&
                     (lower - kPageHeader) % 2 == 0;
  if (!sound) return wrong(fmt::format("page {} has a wrong header", page));
  for (std::uint64_t slot = kPageHeader; slot < lower; slot += 2) {
    const std::uint64_t node = at<std::uint16_t>(start + slot);
    if (node < upper || node + kNodeHeader > meta_.page_bytes) {
      return wrong(fmt::format("page {} points outside itself", page));
    }
    if (!check_node(start, start + node, flags, tree, depth)) return false;
  }
  return true;
}

bool Walker::check_node(std::uint64_t page_start, std::uint64_t node, std::uint16_t page_flags,
                        Tree tree, int depth) {
  const std::uint64_t key_end = node + kNodeHeader + at<std::uint16_t>(node + 6);
  if (key_end > page_start + meta_.page_bytes) return wrong("a key is longer than its page");
  if (page_flags == kLeaf) return check_leaf_node(page_start, node, tree);
  const std::uint64_t child = at<std::uint16_t>(node) |
                              (std::uint64_t{at<std::uint16_t>(node + 2)} << 16) |
                              (std::uint64_t{at<std::uint16_t>(node + 4)} << 32);
  return walk(child, tree, depth + 1);
}

bool Walker::check_leaf_node(std::uint64_t page_start, std::uint64_t node, Tree tree) {
  const std::uint64_t data_bytes =
      at<std::uint16_t>(node) | (std::uint64_t{at<std::uint16_t>(node + 2)} << 16);
  const std::uint16_t flags = at<std::uint16_t>(node + 4);
  const std::uint64_t key_bytes = at<std::uint16_t>(node + 6);
  std::uint64_t data = node + kNodeHeader + key_bytes;
  const bool big = flags == kBigData;
  if ((flags != 0 && !big && !(flags == kSubData && tree == Tree::main)) ||
      data + (big ? 8 : data_bytes) > page_start + meta_.page_bytes) {
    return wrong("a value is longer than its page");
  }
  if (big) {
    const std::optional<std::uint64_t> found = overflow_data(at<std::uint64_t>(data), data_bytes);
    if (!found) return false;
    data = *found;
  }
  if (tree == Tree::free) {
    return key_bytes == 8 ? check_free_list(data, data_bytes) : wrong("its free list is odd");
  }
  if (tree != Tree::main) return true;
  // The main tree holds nothing but the tables.
  if (flags != kSubData || data_bytes != kDbBytes) return wrong("its table of tables is odd");
  const Db table = db_at(data);
  if (table.flags != 0) return wrong("the flags of a table are odd");
  return walk(table.root, Tree::table, 0);
}

// A value that shrank within one transaction keeps the pages it had: there may be more than it
// needs.
std::optional<std::uint64_t> Walker::overflow_data(std::uint64_t page, std::uint64_t data_bytes) {
  const std::uint64_t needed = (kPageHeader + data_bytes + meta_.page_bytes - 1) / meta_.page_bytes;
  if (!in_file(page, needed)) {
    wrong(fmt::format("the value in page {} is outside the file", page));
    return std::nullopt;
  }
  const std::uint64_t start = page * meta_.page_bytes;
  const auto flags = static_cast<std::uint16_t>(at<std::uint16_t>(start + 10) & 0xFF);
  const std::uint64_t count = at<std::uint32_t>(start + 12);
  pages_seen_ += count;
  if (at<std::uint64_t>(start) != page || flags != kOverflow || count < needed ||
      pages_seen_ > meta_.last_page || count > meta_.last_page - page + 1) {
    wrong(fmt::format("page {} has a wrong header", page));
    return std::nullopt;
  }
  return start + kPageHeader;
}

// A count, then that many page numbers, falling.
bool Walker::check_free_list(std::uint64_t data, std::uint64_t data_bytes) {
  const std::uint64_t slots = data_bytes / 8;
  const std::uint64_t count = slots == 0 ? 0 : at<std::uint64_t>(data);
  if (slots == 0 || count > slots - 1) return wrong("its free list is too long");
  std::uint64_t above = meta_.last_page + 1;
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto page = at<std::uint64_t>(data + 8 * i);
    if (page < 2 || page >= above) return wrong("its free list names a page that cannot be");
    above = page;
  }
  return true;
}

}  // namespace

base::Result<void> check_lmdb_file(const std::string& path) {
  const base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return base::kDone;
  if (!fd) return base::file_error("read", path, errno);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return base::file_error("read", path, errno);
  if (!S_ISREG(status.st_mode)) return damaged("it is not a file");
  if (status.st_size == 0) return base::kDone;
  const auto bytes = static_cast<std::size_t>(status.st_size);
  void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (mapped == MAP_FAILED) return base::file_error("read", path, errno);
  const std::optional<std::string> problem =
      Walker(std::string_view(static_cast<const char*>(mapped), bytes)).check();
  ::munmap(mapped, bytes);
  if (problem) return damaged(*problem);
  return base::kDone;
}

}  // namespace storage
