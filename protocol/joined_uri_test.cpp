#include "protocol/joined_uri.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

TEST_CASE("a joined URI leads back to its server and its own URI", "[joined_uri]") {
  for (const std::string_view server : {"files", "My Server.2", "a_b-c", "%41"}) {
    for (const std::string_view uri :
         {"file:///a/b?c#d", "test://x/{id}", "", "mcptrunk://other/y", "/", "%zz"}) {
      CAPTURE(server, uri);
      const std::string joined = join_uri(server, uri);
      const auto split = split_joined_uri(joined);
      REQUIRE(split);
      CHECK(split->server == server);
      CHECK(split->uri == uri);
    }
  }
  CHECK(join_uri("My Server", "file:///a") == "mcptrunk://My%20Server/file:///a");
}

TEST_CASE("other URIs are not taken for joined ones", "[joined_uri]") {
  for (const std::string_view uri :
       {"", "file:///a", "mcptrunk://", "mcptrunk://x", "mcptrunk:///a", "mcptrunk://a%2/x",
        "mcptrunk://a%/x", "mcptrunk://%g0/x", "MCPTRUNK://a/x"}) {
    CAPTURE(uri);
    CHECK(!split_joined_uri(uri));
  }
}

}  // namespace
}  // namespace protocol
