#include "proxy/routing/router.h"

#include <catch2/catch.hpp>

#include "proxy/catalog/test_catalog.h"

namespace proxy::routing {
namespace {

using catalog::Naming;
using catalog::Scope;
using catalog::View;

TEST_CASE("a name leads to a tool of the view and to no other", "[routing]") {
  catalog::Catalog catalog;
  catalog.put(0, catalog::build("a", R"([{"name":"x"},{"name":"read_file"}])"));
  catalog.put(1, catalog::build("b", R"([{"name":"x"}])"));
  const View of_a{Scope::of({0}), Naming::own, 0};
  REQUIRE(route_in(catalog, of_a, "x").ok());
  CHECK(route_in(catalog, of_a, "x")->upstream == 0);
  CHECK(route_in(catalog, of_a, "read_fil").error().message.find("read_file") != std::string::npos);
  CHECK(!route_in(catalog, of_a, "b__x").ok());
  const View group{Scope::of({1})};
  CHECK(route_in(catalog, group, "b__x")->upstream == 1);
  const auto outside = route_in(catalog, group, "a__x");
  REQUIRE(!outside.ok());
  CHECK(outside.error().message.find("Did you mean b__x?") != std::string::npos);
}

// Before its first listing any name is passed on to a server; the user's filter holds all the same.
TEST_CASE("a tool that is switched off stays so before its server was listed", "[routing]") {
  catalog::Catalog catalog;
  const View never_listed{Scope::of({3}), Naming::own, 3};
  REQUIRE(route_in(catalog, never_listed, "any").ok());
  CHECK(route_in(catalog, never_listed, "any")->tool == nullptr);
  catalog.set_wanted(3, std::nullopt, {"delete_all"});
  CHECK(route_in(catalog, never_listed, "any").ok());
  CHECK(route_in(catalog, never_listed, "delete_all").error().code == base::ErrorCode::not_found);
  catalog.set_wanted(3, std::vector<std::string>{"read"}, {});
  CHECK(route_in(catalog, never_listed, "read").ok());
  CHECK(!route_in(catalog, never_listed, "any").ok());
}

}  // namespace
}  // namespace proxy::routing
