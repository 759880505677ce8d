#include "protocol/lists.h"

#include <fmt/format.h>

#include <array>
#include <unordered_set>

#include "protocol/jsonrpc.h"
#include "protocol/members.h"

namespace protocol {
namespace {

struct Row {
  ListKind kind;
  Method method;
  std::string_view member;
};

constexpr std::array kRows{
    Row{ListKind::tools, Method::tools_list, "tools"},
    Row{ListKind::prompts, Method::prompts_list, "prompts"},
    Row{ListKind::resources, Method::resources_list, "resources"},
    Row{ListKind::resource_templates, Method::resources_templates_list, "resourceTemplates"},
};

const Row& row_of(ListKind kind) {
  return kRows[static_cast<std::size_t>(kind)];
}

base::Error bad_answer(std::string what) {
  return {base::ErrorCode::protocol_error, std::move(what), "Report it to the server's author"};
}

std::optional<bool> as_bool(const JsonMember& member) {
  if (member.kind != JsonKind::boolean) return std::nullopt;
  return member.value == "true";
}

void read_annotations(std::string_view annotations, ListItem& item) {
  for_each_member(annotations, [&](const JsonMember& member) {
    if (member.key_is("readOnlyHint")) item.hints.read_only = as_bool(member);
    if (member.key_is("destructiveHint")) item.hints.destructive = as_bool(member);
    if (member.key_is("idempotentHint")) item.hints.idempotent = as_bool(member);
    if (member.key_is("openWorldHint")) item.hints.open_world = as_bool(member);
    if (member.key_is("title") && member.kind == JsonKind::string && item.title.empty()) {
      item.title = member.text();
    }
    return true;
  });
}

void read_string(const JsonMember& member, std::string_view key, std::string& into) {
  if (member.kind == JsonKind::string && member.key_is(key)) into = member.text();
}

void read_object(const JsonMember& member, std::string_view key, std::string_view& into) {
  if (member.kind == JsonKind::object && member.key_is(key)) into = member.value;
}

bool has_uri(ListKind kind) {
  return kind == ListKind::resources || kind == ListKind::resource_templates;
}

const std::string& identity(ListKind kind, const ListItem& item) {
  return has_uri(kind) ? item.uri : item.name;
}

}  // namespace

Method list_method(ListKind kind) {
  return row_of(kind).method;
}
std::string_view list_member(ListKind kind) {
  return row_of(kind).member;
}

base::Result<ListItem> read_list_item(ListKind kind, std::string_view raw) {
  if (raw.size() > kItemBytesMax) {
    return bad_answer(
        fmt::format("an item of {} is over {} bytes", list_member(kind), kItemBytesMax));
  }
  ListItem item;
  item.raw = raw;
  std::string_view annotations;
  const std::string_view uri_key = kind == ListKind::resource_templates ? "uriTemplate" : "uri";
  const JsonFault fault = for_each_member(raw, [&](const JsonMember& member) {
    read_string(member, "name", item.name);
    read_string(member, "title", item.title);
    read_string(member, "description", item.description);
    if (has_uri(kind)) read_string(member, uri_key, item.uri);
    read_object(member, "inputSchema", item.input_schema);
    read_object(member, "outputSchema", item.output_schema);
    read_object(member, "annotations", annotations);
    return true;
  });
  if (!ok(fault))
    return bad_answer(fmt::format("an item of {} is {}", list_member(kind), fault.problem));
  if (!annotations.empty() && kind == ListKind::tools) read_annotations(annotations, item);
  const std::string& name = identity(kind, item);
  if (name.empty() || name.size() > (has_uri(kind) ? kUriBytesMax : kNameBytesMax)) {
    return bad_answer(fmt::format("an item of {} has no {} or one of over {} bytes",
                                  list_member(kind), has_uri(kind) ? uri_key : "name",
                                  has_uri(kind) ? kUriBytesMax : kNameBytesMax));
  }
  return item;
}

base::Result<ListPage> read_list_page(ListKind kind, std::string_view result) {
  ListPage page;
  std::string_view list;
  JsonFault fault = for_each_member(result, [&](const JsonMember& member) {
    if (member.kind == JsonKind::array && member.key_is(list_member(kind))) list = member.value;
    if (member.kind == JsonKind::string && member.key_is("nextCursor")) {
      page.next_cursor = member.text();
    }
    return true;
  });
  if (!ok(fault) || list.empty()) {
    return bad_answer(fmt::format("the answer to {} has no list \"{}\"",
                                  to_string(list_method(kind)), list_member(kind)));
  }
  if (page.next_cursor && page.next_cursor->size() > kCursorBytesMax) {
    return bad_answer(fmt::format("nextCursor is over {} bytes", kCursorBytesMax));
  }
  std::unordered_set<std::string> seen;
  fault = for_each_element(list, [&](const JsonMember& element) {
    if (page.items.size() + page.left_out == kListItemsMax) return false;
    auto item = read_list_item(kind, element.value);
    if (item.ok() && seen.insert(identity(kind, *item)).second) {
      page.items.push_back(std::move(*item));
    } else {
      ++page.left_out;
    }
    return true;
  });
  if (fault.stopped) {
    return base::Error{
        base::ErrorCode::too_many,
        fmt::format("a page of {} has over {} items", list_member(kind), kListItemsMax),
        "The server should page its list"};
  }
  return page;
}

void append_list_result(std::string& out, ListKind kind, const std::vector<std::string_view>& items,
                        std::optional<std::string_view> next_cursor) {
  out += "{\"";
  out += list_member(kind);
  out += "\":[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    append_line_safe(out, items[i]);
  }
  out += ']';
  if (next_cursor) {
    out += ",\"nextCursor\":";
    append_json_string(out, *next_cursor);
  }
  out += '}';
}

}  // namespace protocol
