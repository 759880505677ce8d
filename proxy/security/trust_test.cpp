#include "proxy/security/trust.h"

#include <catch2/catch.hpp>

#include "proxy/http/request_parser.h"

namespace proxy::security {
namespace {

using http::Status;

// A GET with the given header lines, from this machine or from elsewhere.
struct Asked {
  explicit Asked(const std::string& lines, bool loopback = true) {
    peer.loopback = loopback;
    bytes = "GET / HTTP/1.1\r\n" + lines + "\r\n";
    parser.start(limits, peer);
    REQUIRE(parser.feed(bytes).event == http::RequestParser::Event::complete);
  }
  http::Limits limits;
  http::Peer peer;
  std::string bytes;
  http::RequestParser parser;
};

const std::string kHost = "Host: localhost:8080\r\n";
const std::string kKey = "X-API-Key: secret-key\r\n";

HostOriginPolicy policy(std::string listen) {
  return *HostOriginPolicy::make(std::move(listen), {}, {});
}

Verdict ask(Area area, const std::string& lines, bool loopback = true,
            TrustSettings settings = {}) {
  Asked asked(lines, loopback);
  return judge(area, asked.parser.request(), policy("127.0.0.1"), settings, ApiKey("secret-key"));
}

TEST_CASE("the table of who needs a key", "[security]") {
  const TrustSettings open{}, exposed{.reachable_beyond_loopback = true},
      strict_mcp{.require_mcp_auth = true};
  const RequestFacts here{.peer_on_this_machine = true};
  const RequestFacts proxied{.peer_on_this_machine = true, .forwarded = true};
  const RequestFacts elsewhere{};
  struct Row {
    Area area;
    bool open_here, exposed_here, strict_here, open_proxied, open_elsewhere;
  };
  const std::array rows{Row{Area::open, false, false, false, false, false},
                        Row{Area::mcp, false, true, true, true, true},
                        Row{Area::metrics, false, true, false, true, true},
                        Row{Area::api, true, true, true, true, true}};
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.area));
    CHECK(needs_key(row.area, open, here) == row.open_here);
    CHECK(needs_key(row.area, exposed, here) == row.exposed_here);
    CHECK(needs_key(row.area, strict_mcp, here) == row.strict_here);
    CHECK(needs_key(row.area, open, proxied) == row.open_proxied);
    CHECK(needs_key(row.area, open, elsewhere) == row.open_elsewhere);
  }
}

TEST_CASE("a caller on this machine is local without the key and a key holder with it",
          "[security]") {
  CHECK(ask(Area::mcp, kHost).allowed);
  CHECK(ask(Area::mcp, kHost).principal == Principal::local);
  CHECK(ask(Area::mcp, kHost + kKey).principal == Principal::key_holder);
  CHECK(ask(Area::mcp, kHost + "Authorization: bearer  secret-key\r\n").principal ==
        Principal::key_holder);
  // A credential meant for somebody else is no reason to refuse where none is needed.
  CHECK(ask(Area::mcp, kHost + "Authorization: Bearer other\r\n").principal == Principal::local);
}

TEST_CASE("without the key the answer is 401 with what to do; a wrong key does not pass",
          "[security]") {
  for (const std::string& lines :
       {std::string(), std::string("X-API-Key: secret-kez\r\n"),
        std::string("X-API-Key: secret-ke\r\n"), std::string("X-API-Key: secret-keyy\r\n"),
        std::string("X-API-Key: secret-keysecret-key\r\n"), std::string("X-API-Key:\r\n"),
        std::string("Authorization: Basic secret-key\r\n"),
        std::string("Authorization: Bearer\r\n")}) {
    CAPTURE(lines);
    const Verdict verdict = ask(Area::api, kHost + lines);
    CHECK(!verdict.allowed);
    CHECK(verdict.status == Status::unauthorized);
    CHECK(!verdict.remedy.empty());
  }
  CHECK(ask(Area::api, kHost + kKey).allowed);
}

TEST_CASE("a forwarded request and one from elsewhere need the key for /mcp", "[security]") {
  CHECK(ask(Area::mcp, kHost + "X-Forwarded-For: 1.2.3.4\r\n").status == Status::unauthorized);
  CHECK(ask(Area::mcp, kHost + "Forwarded: for=1.2.3.4\r\n" + kKey).allowed);
  CHECK(ask(Area::mcp, kHost, false).status == Status::unauthorized);
  CHECK(ask(Area::open, kHost, false).allowed);
}

TEST_CASE("a foreign Host or Origin is refused with 403 even with the key, and on every area",
          "[security]") {
  for (const Area area : {Area::open, Area::mcp, Area::metrics, Area::api}) {
    CHECK(ask(area, "Host: evil.example\r\n" + kKey).status == Status::forbidden);
    CHECK(ask(area, kHost + "Origin: https://evil.example\r\n" + kKey).status == Status::forbidden);
    CHECK(ask(area, kHost + "Origin: null\r\n" + kKey).status == Status::forbidden);
    CHECK(ask(area, kHost + "Origin: http://localhost:6274\r\n" + kKey).allowed);
  }
}

}  // namespace
}  // namespace proxy::security
