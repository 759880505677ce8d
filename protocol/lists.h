// Pages of tools/list, prompts/list, resources/list and resources/templates/list: taken apart into
// items whose bytes stay as the upstream sent them. Values with views into the page; pure.
//
// Limits: kListItemsMax items a page, kNameBytesMax and kCursorBytesMax; an item over them, without
// a name or twice under one name on the page is left out and counted, the rest of the page is good.
// Cost:   each byte is read three times; no copy but of escaped text.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/envelope.h"

namespace protocol {

enum class ListKind : std::uint8_t { tools, prompts, resources, resource_templates };

inline constexpr std::size_t kListItemsMax = 10'000;
inline constexpr std::size_t kNameBytesMax = 256;          // of tools and prompts
inline constexpr std::size_t kUriBytesMax = 8 * 1024;      // of resources and templates
inline constexpr std::size_t kItemBytesMax = 1024 * 1024;  // of a whole definition
inline constexpr std::size_t kCursorBytesMax = 64 * 1024;
inline constexpr std::size_t kListPagesMax = 1'000;  // for whoever walks the pages

// What a tool says of itself; untrusted. Unset means MCP's default: not read-only, destructive.
struct ToolHints {
  std::optional<bool> read_only;
  std::optional<bool> destructive;
  std::optional<bool> idempotent;
  std::optional<bool> open_world;

  bool is_read_only() const { return read_only.value_or(false); }
  bool is_destructive() const { return !is_read_only() && destructive.value_or(true); }
};

struct ListItem {
  std::string_view raw;           // the whole item, as it stands in the page
  std::string name;               // tools and prompts: what it is called by
  std::string uri;                // resources: uri; templates: uriTemplate
  std::string title;              // `title`, else annotations.title
  std::string description;        // as sent; may be empty
  std::string_view input_schema;  // tools: raw JSON object, empty when absent
  std::string_view output_schema;
  ToolHints hints;
};

struct ListPage {
  std::vector<ListItem> items;             // in the upstream's order
  std::optional<std::string> next_cursor;  // an empty cursor is a cursor
  std::size_t left_out = 0;
};

// The method that asks for a list, and the member of its result that holds the items.
Method list_method(ListKind kind);
std::string_view list_member(ListKind kind);  // "tools", "resourceTemplates"

// Reads the raw `result` of a list request. It must outlive the page. Errors: protocol_error when
// it has no such list, too_many.
base::Result<ListPage> read_list_page(ListKind kind, std::string_view result);

// Reads one item, e.g. from a stored catalog. Errors: protocol_error.
base::Result<ListItem> read_list_item(ListKind kind, std::string_view raw);

// Appends {"tools":[..],"nextCursor":".."} from raw items. No cursor: the last page.
void append_list_result(std::string& out, ListKind kind, const std::vector<std::string_view>& items,
                        std::optional<std::string_view> next_cursor);

}  // namespace protocol
