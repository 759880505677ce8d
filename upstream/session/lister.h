// Reads one list of an upstream (tools, prompts, ...) page by page, verbatim, within limits.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/task.h"
#include "upstream/session/flow_request.h"
#include "upstream/session/listing.h"

namespace upstream {

struct ListLimits {
  std::uint32_t pages_max = 256;
  std::uint32_t items_max = 10'000;
  std::size_t bytes_max = 32 * 1024 * 1024;
  std::size_t cursor_bytes_max = 64 * 1024;
};

std::string_view list_method(ListKind kind);

// Of all pages together.
std::size_t bytes_of(const ListedPages& pages);

// Whether the server's capabilities (raw JSON object) promise the list.
bool declares(std::string_view capabilities, ListKind kind);
// Whether it says that it will tell when the list changes.
bool declares_changes(std::string_view capabilities, ListKind kind);

// All pages. What goes beyond a limit is left out and noted as truncated; a cursor that comes twice
// ends the list. Errors: what the server answered, or a page that cannot be read.
base::Task<base::Result<ListedPages>> read_list(FlowPort& port, ListKind kind, ListLimits limits);

}  // namespace upstream
