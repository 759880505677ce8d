#include "net/http_head.h"

#include <catch2/catch.hpp>

#include "net/address_rules.h"
#include "net/chunk_guard.h"

namespace net {
namespace {

TEST_CASE("headers are found by name, whatever their case and blanks", "[net]") {
  Head head;
  head.lines = "Content-Type:  text/plain \r\nX-A: 1\r\nx-a: 2\r\nNonsense\r\nEmpty:\r\nLast: x";
  CHECK(head.get("content-type") == "text/plain");
  CHECK(head.get("X-A") == "1");
  CHECK(head.get("Nonsense").empty());
  CHECK(head.get("Empty").empty());
  CHECK(head.get("last") == "x");
  CHECK(head.get("X").empty());
}

TEST_CASE("informational answers come before the final one, trailers behind it", "[net]") {
  HeadReader reader;
  for (const char* line : {"HTTP/1.1 103 Early Hints\r\n", "A: early\r\n", "\r\n"}) {
    REQUIRE(reader.take_line(line));
  }
  CHECK_FALSE(reader.complete());
  for (const char* line : {"HTTP/2 200 \r\n", "B: b\r\n", "Transfer-Encoding: chunked\r\n"}) {
    REQUIRE(reader.take_line(line));
  }
  CHECK_FALSE(reader.complete());
  REQUIRE(reader.take_line("\r\n"));
  CHECK(reader.complete());
  CHECK(reader.chunked());
  REQUIRE(reader.take_line("C: trailer\r\n"));
  CHECK(reader.head().status == 200);
  CHECK(reader.head().get("A").empty());
  CHECK(reader.head().get("B") == "b");
  CHECK(reader.head().get("C").empty());
}

TEST_CASE("all lines of an exchange count towards the limit of its head", "[net]") {
  HeadReader reader;
  const std::string line = "A: " + std::string(1019, 'x') + "\r\n";
  std::size_t taken = 0;
  while (reader.take_line(line)) ++taken;
  CHECK(taken == HeadReader::kBytesMax / line.size());
}

TEST_CASE("extensions of chunks are counted, data and sizes are not", "[net]") {
  ChunkGuard plain;
  for (int i = 0; i < 100'000; ++i) REQUIRE(plain.take("0000001\r\nx\r\n"));
  ChunkGuard split;
  for (const char c : std::string("5;a=b\r\nhe;lo\r\n0\r\nTrailer: 1\r\n")) {
    REQUIRE(split.take({&c, 1}));
  }
  ChunkGuard large;
  CHECK(large.take("fffffffffffffffff\r\n"));  // libcurl refuses that size by itself
  ChunkGuard extended;
  CHECK(extended.take("1;"));
  CHECK(extended.take(std::string(ChunkGuard::kExtensionBytesMax - 1, 'x')));
  CHECK_FALSE(extended.take("x"));
}

TEST_CASE("addresses are refused by what they lead to", "[net]") {
  const auto refusal = [](const char* text, AddressRules rules) {
    const auto address = parse_address(text);
    REQUIRE(address);
    return std::string(rules.refusal(*address));
  };
  const AddressRules all = AddressRules::public_only();
  for (const char* text : {"1.1.1.1", "8.8.8.8", "172.32.0.1", "2606:4700::1111", "192.0.1.1"}) {
    CHECK(refusal(text, all).empty());
  }
  for (const char* text : {"127.0.0.1",
                           "127.255.255.255",
                           "0.0.0.0",
                           "10.1.2.3",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.168.1.1",
                           "100.64.0.1",
                           "169.254.1.1",
                           "169.254.169.254",
                           "100.100.100.200",
                           "224.0.0.1",
                           "255.255.255.255",
                           "::1",
                           "::",
                           "fe80::1",
                           "fe80::1%eth0",
                           "fc00::1",
                           "fd00:ec2::254",
                           "ff02::1",
                           "::ffff:10.0.0.1",
                           "::ffff:127.0.0.1",
                           "64:ff9b::7f00:1",
                           "2002:a9fe:a9fe::1"}) {
    INFO(text);
    CHECK_FALSE(refusal(text, all).empty());
    CHECK(refusal(text, AddressRules{}).empty());
  }
  AddressRules metadata;
  metadata.refuse_metadata = true;
  CHECK(refusal("169.254.169.254", metadata) == "is a metadata service's");
  CHECK(refusal("::ffff:169.254.169.254", metadata) == "is a metadata service's");
  CHECK(refusal("127.0.0.1", metadata).empty());
  CHECK(refusal("10.0.0.1", metadata).empty());
}

}  // namespace
}  // namespace net
