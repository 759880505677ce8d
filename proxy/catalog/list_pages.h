// The answers of the list methods on one surface: serialised once for each epoch of the catalog,
// shared by all sessions of the surface. Resource.
//
// Ownership: the surface's. Catalog and view outlive it.
// Threads:   the loop thread.
// Limits:    a page ends at kPageItemsMax items or kPageBytesMax bytes; the pages of the last
//            kEpochsKept epochs that were asked for stay if there is more than one page, so that a
//            client in the middle of a list gets the rest of the same list.
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "proxy/catalog/catalog.h"
#include "proxy/catalog/view.h"

namespace proxy::catalog {

class ListPages {
 public:
  static constexpr std::size_t kPageItemsMax = 1000;
  static constexpr std::size_t kPageBytesMax = 1024 * 1024;
  static constexpr std::size_t kEpochsKept = 4;

  ListPages(const Catalog& catalog, const View& view) : catalog_(catalog), view_(view) {}
  ListPages(const ListPages&) = delete;
  ListPages& operator=(const ListPages&) = delete;

  // The first page of the present epoch: a whole result object. Valid until the next call.
  const std::string& first(ListKind kind);
  // The page that a `nextCursor` of ours names. Errors: invalid_argument for any other text, and
  // for an epoch that is gone.
  base::Result<const std::string*> page(ListKind kind, std::string_view cursor);

 private:
  struct Epoch {
    std::uint64_t epoch = 0;
    std::vector<std::string> pages;
  };
  using Epochs = std::deque<Epoch>;  // newest first

  Epoch& current(ListKind kind);
  Epoch make(ListKind kind) const;
  // Appends the definitions of one server, each as it stands in the view, by `give(json)`.
  template <class Give>
  void each_definition(ListKind kind, upstream::UpstreamId id, Give give) const;

  const Catalog& catalog_;
  const View& view_;
  std::array<Epochs, kListKinds> epochs_;
};

}  // namespace proxy::catalog
