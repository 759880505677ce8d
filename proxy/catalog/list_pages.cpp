#include "proxy/catalog/list_pages.h"

#include <charconv>
#include <optional>

#include "proxy/catalog/shown_definition.h"

namespace proxy::catalog {
namespace {

struct Place {
  std::uint64_t epoch = 0;
  std::size_t page = 0;
};

std::string cursor_of(const Place& place) {
  return fmt::format("{}-{}", place.epoch, place.page);
}

std::optional<Place> place_of(std::string_view cursor) {
  Place place;
  const char* end = cursor.data() + cursor.size();
  const auto epoch = std::from_chars(cursor.data(), end, place.epoch);
  if (epoch.ec != std::errc() || epoch.ptr == end || *epoch.ptr != '-') return std::nullopt;
  const auto page = std::from_chars(epoch.ptr + 1, end, place.page);
  if (page.ec != std::errc() || page.ptr != end) return std::nullopt;
  return place;
}

}  // namespace

// A flat name that collides belongs to the one that had it first.
template <class Give>
void ListPages::each_definition(ListKind kind, upstream::UpstreamId id, Give give) const {
  const ServerCatalog& server = *catalog_.server(id);
  const bool own = view_.naming == Naming::own;
  switch (kind) {
    case ListKind::tools:
      for (const Tool& tool : server.tools()) {
        if (own) {
          give(own_definition(tool));
        } else if (const auto target = catalog_.find_flat(tool.flat_name);
                   target && target->tool == &tool) {
          give(shown_definition(catalog_, id, tool));
        }
      }
      return;
    case ListKind::prompts:
      for (const Prompt& prompt : server.prompts()) {
        if (own) {
          give(own_definition(prompt));
        } else if (const auto target = catalog_.find_flat_prompt(prompt.flat_name);
                   target && target->prompt == &prompt) {
          give(shown_definition(prompt));
        }
      }
      return;
    case ListKind::resources:
      for (const Resource& resource : server.resources()) {
        give(own ? own_definition(resource) : shown_resource(catalog_, id, resource));
      }
      return;
    case ListKind::resource_templates:
      for (const Resource& entry : server.templates()) {
        give(own ? own_definition(entry) : shown_template(catalog_, id, entry));
      }
      return;
  }
}

ListPages::Epoch ListPages::make(ListKind kind) const {
  const std::string head = fmt::format(R"({{"{}":[)", protocol::list_member(kind));
  Epoch made{catalog_.epoch(kind), {head}};
  std::size_t on_page = 0;
  for (const auto& [name, id] : catalog_.servers()) {
    if (!catalog_.visible(id) || !view_.scope.contains(id)) continue;
    each_definition(kind, id, [&](std::string_view definition) {
      if (on_page == kPageItemsMax || made.pages.back().size() > kPageBytesMax) {
        made.pages.back() +=
            fmt::format(R"(],"nextCursor":"{}"}})", cursor_of({made.epoch, made.pages.size()}));
        made.pages.push_back(head);
        on_page = 0;
      }
      if (on_page++ > 0) made.pages.back() += ',';
      made.pages.back() += definition;
    });
  }
  made.pages.back() += "]}";
  return made;
}

ListPages::Epoch& ListPages::current(ListKind kind) {
  Epochs& epochs = epochs_[static_cast<std::size_t>(kind)];
  if (!epochs.empty() && epochs.front().epoch == catalog_.epoch(kind)) return epochs.front();
  if (!epochs.empty() && epochs.front().pages.size() == 1) epochs.pop_front();
  epochs.push_front(make(kind));
  if (epochs.size() > kEpochsKept) epochs.pop_back();
  return epochs.front();
}

const std::string& ListPages::first(ListKind kind) {
  return current(kind).pages.front();
}

base::Result<const std::string*> ListPages::page(ListKind kind, std::string_view cursor) {
  const auto place = place_of(cursor);
  if (place) {
    for (const Epoch& epoch : epochs_[static_cast<std::size_t>(kind)]) {
      if (epoch.epoch == place->epoch && place->page < epoch.pages.size()) {
        return &epoch.pages[place->page];
      }
    }
  }
  return base::Error{base::ErrorCode::invalid_argument,
                     "the cursor is not one of ours, or its list is out of date",
                     "list again without a cursor"};
}

}  // namespace proxy::catalog
