#include "upstream/session/lister.h"

#include <array>
#include <optional>
#include <set>
#include <utility>

#include "base/json.h"
#include "protocol/jsonrpc.h"
#include "protocol/members.h"

namespace upstream {
namespace {

struct KindWords {
  std::string_view member;  // of the result
  std::string_view method;
  std::string_view capability;
};
constexpr std::array<KindWords, kListKinds> kWords{
    KindWords{"tools", "tools/list", "tools"},
    KindWords{"prompts", "prompts/list", "prompts"},
    KindWords{"resources", "resources/list", "resources"},
    KindWords{"resourceTemplates", "resources/templates/list", "resources"},
};
const KindWords& words_of(ListKind kind) {
  return kWords[static_cast<std::size_t>(kind)];
}

struct Page {
  std::uint32_t items = 0;
  std::optional<std::string> next_cursor;  // raw JSON string
};

base::Error unreadable(ListKind kind) {
  return {base::ErrorCode::protocol_error,
          "The answer to " + std::string(list_method(kind)) + " has no array \"" +
              std::string(to_string(kind)) + "\"",
          "Report it to the author of the server"};
}

base::Result<Page> read_page(std::string_view result, ListKind kind) {
  Page page;
  bool found = false;
  const auto counted = protocol::for_each_member(result, [&](const protocol::JsonMember& member) {
    if (member.kind == protocol::JsonKind::array && member.key_is(to_string(kind))) {
      found = true;
      (void)protocol::for_each_element(member.value, [&](const protocol::JsonMember&) {
        ++page.items;
        return true;
      });
    }
    if (member.kind == protocol::JsonKind::string && member.key_is("nextCursor")) {
      page.next_cursor = std::string(member.value);
    }
    return true;
  });
  if (!protocol::ok(counted) || !found) return unreadable(kind);
  return page;
}

}  // namespace

std::string_view to_string(ListKind kind) {
  return words_of(kind).member;
}

std::string_view list_method(ListKind kind) {
  return words_of(kind).method;
}

std::size_t bytes_of(const ListedPages& pages) {
  std::size_t bytes = 0;
  for (const std::string& page : pages.results) bytes += page.size();
  return bytes;
}

bool declares(std::string_view capabilities, ListKind kind) {
  const auto document = base::parse_document(capabilities);
  return document.ok() && base::json_object(*document, words_of(kind).capability) != nullptr;
}

bool declares_changes(std::string_view capabilities, ListKind kind) {
  const auto document = base::parse_document(capabilities);
  if (!document) return false;
  const rapidjson::Value* capability = base::json_object(*document, words_of(kind).capability);
  return capability != nullptr && base::json_bool(*capability, "listChanged").value_or(false);
}

base::Task<base::Result<ListedPages>> read_list(FlowPort& port, ListKind kind, ListLimits limits) {
  ListedPages pages;
  std::set<std::string> seen_cursors;
  std::size_t bytes = 0;
  std::string params;
  while (true) {
    FlowRequest request(port, list_method(kind), params);
    FlowReply reply = co_await request;
    if (reply.outcome != FlowReply::Outcome::result) co_return std::move(reply.failure);
    base::Result<Page> page = read_page(reply.body, kind);
    if (!page) co_return page.error();
    bytes += reply.body.size();
    pages.truncated = bytes > limits.bytes_max || pages.items + page->items > limits.items_max;
    if (pages.truncated) break;
    pages.items += page->items;
    pages.results.push_back(std::move(reply.body));
    if (!page->next_cursor || !seen_cursors.insert(*page->next_cursor).second) break;
    pages.truncated = pages.results.size() >= limits.pages_max ||
                      page->next_cursor->size() > limits.cursor_bytes_max;
    if (pages.truncated) break;
    params = "{\"cursor\":" + *page->next_cursor + "}";
  }
  co_return pages;
}

}  // namespace upstream
