#include "proxy/routing/offer_router.h"

#include <catch2/catch.hpp>

#include "proxy/catalog/test_catalog.h"

namespace proxy::routing {
namespace {

using base::ErrorCode;
using catalog::Catalog;
using catalog::Naming;
using catalog::Scope;
using catalog::View;

// Two servers that share a resource and a template, and each have one of their own.
struct World {
  Catalog catalog;
  View all;
  View only_a{Scope::of({0}), Naming::own, 0};
  View group_b{Scope::of({1}), Naming::flat};

  World() {
    put(0, "a", "alpha");
    put(1, "b", "beta");
  }
  void put(upstream::UpstreamId id, const std::string& server, const std::string& own) {
    catalog.put(
        id,
        catalog::build_all(
            server,
            {.prompts = R"([{"name":"greet"}])",
             .resources = fmt::format(
                 R"([{{"uri":"memo://shared","name":"s"}},{{"uri":"memo://{}","name":"o"}}])", own),
             .templates = fmt::format(
                 R"([{{"uriTemplate":"log://{{day}}","name":"l"}},{{"uriTemplate":"{}://{{x}}","name":"o"}}])",
                 own)}));
  }
};

TEST_CASE("prompts are found by the name of the view, and only in its scope", "[routing]") {
  const World world;
  const auto flat = route_prompt(world.catalog, world.all, "b__greet");
  REQUIRE(flat.ok());
  CHECK(flat->upstream == 1);
  CHECK(flat->name == "greet");
  CHECK(route_prompt(world.catalog, world.only_a, "greet")->upstream == 0);
  CHECK(!route_prompt(world.catalog, world.only_a, "a__greet").ok());
  const auto outside = route_prompt(world.catalog, world.group_b, "a__greet");
  REQUIRE(!outside.ok());
  CHECK(outside.error().code == ErrorCode::not_found);
  CHECK(outside.error().message.find("b__greet") != std::string::npos);
  const auto wrong = route_prompt(world.catalog, world.only_a, "gret");
  REQUIRE(!wrong.ok());
  CHECK(wrong.error().message.find("Did you mean greet?") != std::string::npos);
}

TEST_CASE("a URI leads to its only owner, by itself or joined with the server", "[routing]") {
  const World world;
  for (const std::string_view uri : {"memo://beta", "mcptrunk://b/memo://beta"}) {
    const auto route = route_uri(world.catalog, world.all, uri);
    REQUIRE(route.ok());
    CHECK(route->upstream == 1);
    CHECK(route->uri == "memo://beta");
  }
  CHECK(route_uri(world.catalog, world.all, "beta://7")->upstream == 1);
  CHECK(route_uri(world.catalog, world.all, "mcptrunk://a/memo://shared")->upstream == 0);
  // In a view of one server nothing is ambiguous, nor is anything unknown to us unknown to it.
  CHECK(route_uri(world.catalog, world.group_b, "memo://shared")->upstream == 1);
  CHECK(route_uri(world.catalog, world.only_a, "other://thing")->uri == "other://thing");
  CHECK(route_uri(world.catalog, world.only_a, "mcptrunk://b/x")->uri == "mcptrunk://b/x");
}

TEST_CASE("a URI of several servers is refused with the names that are clear", "[routing]") {
  const World world;
  for (const std::string_view uri : {"memo://shared", "log://monday"}) {
    const auto route = route_uri(world.catalog, world.all, uri);
    REQUIRE(!route.ok());
    CHECK(route.error().code == ErrorCode::conflict);
    CHECK(route.error().remedy.find(fmt::format("mcptrunk://a/{}", uri)) != std::string::npos);
    CHECK(route.error().remedy.find(fmt::format("mcptrunk://b/{}", uri)) != std::string::npos);
  }
}

TEST_CASE("an unknown URI is told the nearest one", "[routing]") {
  const World world;
  const auto route = route_uri(world.catalog, world.all, "memo://betta");
  REQUIRE(!route.ok());
  CHECK(route.error().code == ErrorCode::not_found);
  CHECK(route.error().message.find("memo://beta") != std::string::npos);
  CHECK(!route_uri(world.catalog, world.group_b, "mcptrunk://a/memo://alpha").ok());
  CHECK(!route_uri(world.catalog, world.all, "mcptrunk://nobody/memo://alpha").ok());
  CHECK(!route_uri(world.catalog, world.all, "").ok());
}

TEST_CASE("what is suggested can be read", "[routing]") {
  const World world;
  const auto said = [&](std::string_view uri) {
    return route_uri(world.catalog, world.all, uri).error().message;
  };
  CHECK_THAT(said("memo://shard"),
             Catch::EndsWith("mean mcptrunk://a/memo://shared or mcptrunk://b/memo://shared?"));
  CHECK_THAT(said("mcptrunk://nope/memo://shared"),
             Catch::EndsWith("mean mcptrunk://a/memo://shared or mcptrunk://b/memo://shared?"));
  CHECK_THAT(said("mcptrunk://nope/memo://beta"), Catch::EndsWith("Did you mean memo://beta?"));
  CHECK(said("mcptrunk://nope/none:").find("Did you mean") == std::string::npos);
}

TEST_CASE("completion refers to a template by its text", "[routing]") {
  const World world;
  CHECK(route_reference(world.catalog, world.all, "beta://{x}")->upstream == 1);
  const auto joined = route_reference(world.catalog, world.all, "mcptrunk://a/log://{day}");
  REQUIRE(joined.ok());
  CHECK(joined->uri == "log://{day}");
  CHECK(!route_reference(world.catalog, world.all, "log://{day}").ok());
  CHECK(route_reference(world.catalog, world.all, "memo://beta")->upstream == 1);
}

}  // namespace
}  // namespace proxy::routing
