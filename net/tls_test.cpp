// Trust: certificates made here, accepted by whom they are for and nobody else.
#include <catch2/catch.hpp>

#include "net/testing/network_bench.h"
#include "net/testing/tls_server.h"
#include "net/trust_store.h"

namespace net {
namespace {

Recorder post_to(const std::string& url, const std::string& ca_file) {
  NetworkBench bench;
  Site site = NetworkBench::site(url);
  site.ca_file = ca_file;
  const auto client = bench.client(site);
  return bench.ask(*client, post("{}"));
}

TEST_CASE("a certificate nobody vouches for is refused, and says so", "[net][threads]") {
  const TlsServer server("DNS:localhost");
  const Recorder got = post_to(server.url("localhost"), "");
  CHECK(got.end->fault == Fault::tls);
  CHECK(got.end->detail == "self-signed certificate");
  CHECK_FALSE(got.end->sent);
  CHECK_FALSE(got.head);
}

TEST_CASE("a certificate of the user's own authority is accepted for its own name only",
          "[net][threads]") {
  const TlsServer server("DNS:localhost");
  const Recorder got = post_to(server.url("localhost"), server.ca_file());
  CHECK(got.end->fault == Fault::none);
  CHECK(got.body == R"({"id":7,"result":{}})");
  const Recorder other = post_to(server.url("127.0.0.1"), server.ca_file());
  CHECK(other.end->fault == Fault::tls);
  CHECK(other.end->detail == "its certificate is for another name");
  CHECK_FALSE(other.end->sent);
}

TEST_CASE("a certificate for an address is accepted for it", "[net][threads]") {
  const TlsServer server("IP:127.0.0.1");
  CHECK(post_to(server.url("127.0.0.1"), server.ca_file()).end->fault == Fault::none);
  CHECK(post_to(server.url("localhost"), server.ca_file()).end->fault == Fault::tls);
}

TEST_CASE("a certificate that has expired is refused", "[net][threads]") {
  const TlsServer server("DNS:localhost", -3600);
  const Recorder got = post_to(server.url("localhost"), server.ca_file());
  CHECK(got.end->fault == Fault::tls);
  CHECK(got.end->detail == "certificate has expired");
}

TEST_CASE("one client's trust is not another's, though they ask the same site", "[net][threads]") {
  const TlsServer server("DNS:localhost");
  NetworkBench bench;
  Site trusted = NetworkBench::site(server.url("localhost"));
  trusted.ca_file = server.ca_file();
  const auto first = bench.client(trusted);
  const auto second = bench.client(server.url("localhost"));
  CHECK(bench.ask(*first, post("{}")).end->fault == Fault::none);
  CHECK(bench.ask(*second, post("{}")).end->fault == Fault::tls);
}

TEST_CASE("a file without certificates is named", "[net][threads]") {
  const Recorder got = post_to("https://localhost:1/", "/dev/null");
  CHECK(got.end->fault == Fault::tls);
  CHECK(got.end->detail.find("/dev/null") != std::string::npos);
}

TEST_CASE("stores are loaded once each", "[net]") {
  TrustStores stores;
  const auto first = stores.get("");
  REQUIRE(first.ok());
  CHECK(*stores.get("") == *first);
  CHECK_FALSE(stores.get("/no/such/file").ok());
}

}  // namespace
}  // namespace net
