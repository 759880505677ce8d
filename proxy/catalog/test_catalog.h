// Generations for tests: a server's lists as JSON arrays.
#pragma once
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>

#include "proxy/catalog/server_catalog.h"

namespace proxy::catalog {

// Raw arrays; empty: the server has no such list.
struct ListsOfTest {
  std::string tools = {};
  std::string prompts = {};
  std::string resources = {};
  std::string templates = {};
  std::string capabilities = {};
};

inline std::shared_ptr<const ServerCatalog> build_all(std::string server, const ListsOfTest& given,
                                                      const ToolFilter& filter = {}) {
  UpstreamLists lists;
  lists.capabilities = given.capabilities;
  const auto put = [&](ListKind kind, const std::string& items) {
    if (items.empty()) return;
    lists.pages[static_cast<std::size_t>(kind)].push_back(
        fmt::format(R"({{"{}":{}}})", protocol::list_member(kind), items));
  };
  put(ListKind::tools, given.tools);
  put(ListKind::prompts, given.prompts);
  put(ListKind::resources, given.resources);
  put(ListKind::resource_templates, given.templates);
  auto built = ServerCatalog::build(std::move(server), std::move(lists), filter, 48);
  REQUIRE(built.ok());
  return *built;
}

// With tools alone.
inline std::shared_ptr<const ServerCatalog> build(std::string server, const std::string& tools,
                                                  const ToolFilter& filter = {}) {
  return build_all(std::move(server), {.tools = tools}, filter);
}

}  // namespace proxy::catalog
