#include "proxy/cli/address_word.h"

#include <catch2/catch.hpp>

namespace proxy::cli {
namespace {

TEST_CASE("an address is told from a program") {
  for (const char* url : {"http://h", "https://h/mcp", "http://localhost:3000/mcp"}) {
    CAPTURE(url);
    CHECK(address_kind_of(url) == AddressKind::url);
  }
  for (const char* meant :
       {"ftp://x", "ws://h/mcp", "HTTP://h", "http:/h", "https:h", "localhost:3000/mcp",
        "localhost:3000", "127.0.0.1:8080", "example.com/mcp", "mcp.example.com:443/mcp",
        "[::1]:3000/mcp", "www.example.com", "mcp+http://h"}) {
    CAPTURE(meant);
    CHECK(address_kind_of(meant) == AddressKind::unusable);
  }
  for (const char* program :
       {"npx", "./server.sh", "../bin/server.sh", "bin/server", "/usr/bin/x", "C:\\x", "server.py",
        "python3.11", "my-server:latest", ".venv/bin/x", "~/x", "${HOME}/x", "", "-y", "a b",
        "::", "node_modules/.bin/x", "[x]"}) {
    CAPTURE(program);
    CHECK(address_kind_of(program) == AddressKind::none);
  }
}

}  // namespace
}  // namespace proxy::cli
