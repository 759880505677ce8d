#include "proxy/security/trust.h"

#include <array>
#include <catch2/catch.hpp>
#include <optional>

#include "proxy/http/request_parser.h"

namespace proxy::security {
namespace {

using http::Status;

constexpr uid_t kOwn = 1000;
constexpr uid_t kStranger = 1001;

struct From {
  std::optional<uid_t> user = kOwn;  // nothing: cannot be known
  http::Peer::Via via = http::Peer::Via::tcp;
  bool loopback = true;
};
constexpr From kElsewhere{std::nullopt, http::Peer::Via::tcp, false};

// A GET with the given header lines.
struct Asked {
  explicit Asked(const std::string& lines, const From& from = {}) {
    peer.loopback = from.loopback;
    peer.via = from.via;
    if (from.user) peer.user = http::PeerUser(*from.user);
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

Verdict ask(Area area, const std::string& lines, const From& from = {},
            TrustSettings settings = {}) {
  settings.own_user = kOwn;
  Asked asked(lines, from);
  return judge(area, asked.parser.request(), policy("127.0.0.1"), settings, ApiKey("secret-key"));
}

TEST_CASE("who is refused for where they come from, or by a setting, is told so", "[security]") {
  const auto says = [](const Verdict& verdict, std::string_view part) {
    CHECK(verdict.status == Status::unauthorized);
    CHECK(verdict.message.find("needs the API key") != std::string::npos);
    return verdict.message.find(part) != std::string::npos;
  };
  CHECK(says(ask(Area::mcp, kHost + "Via: 1.1 front\r\n"), "through a proxy"));
  CHECK(says(ask(Area::metrics, kHost, kElsewhere), "another machine"));
  CHECK(says(ask(Area::mcp, kHost, {}, {.reachable_beyond_loopback = true}), "beyond loopback"));
  CHECK(says(ask(Area::mcp, kHost, {}, {.require_mcp_auth = true}), "require_mcp_auth"));
  CHECK(says(ask(Area::api, kHost + "Via: 1.1 front\r\n"), "This request needs"));
}

TEST_CASE("the table of who needs a key", "[security]") {
  const TrustSettings open{}, exposed{.reachable_beyond_loopback = true},
      strict_mcp{.require_mcp_auth = true}, shared{.all_local_users = true};
  const RequestFacts here{.peer_on_this_machine = true, .peer_is_own_user = true};
  const RequestFacts stranger{.peer_on_this_machine = true};
  const RequestFacts proxied{
      .peer_on_this_machine = true, .peer_is_own_user = true, .forwarded = true};
  const RequestFacts elsewhere{};
  struct Row {
    Area area;
    bool open_here, open_stranger, shared_stranger, shared_proxied, exposed_here, strict_here,
        open_proxied, open_elsewhere, shared_elsewhere;
  };
  const std::array rows{
      Row{Area::open, false, false, false, false, false, false, false, false, false},
      Row{Area::mcp, false, true, false, true, true, true, true, true, true},
      Row{Area::metrics, false, true, false, true, true, false, true, true, true},
      Row{Area::api, true, true, true, true, true, true, true, true, true}};
  for (const Row& row : rows) {
    CAPTURE(static_cast<int>(row.area));
    CHECK(needs_key(row.area, open, here) == row.open_here);
    CHECK(needs_key(row.area, open, stranger) == row.open_stranger);
    CHECK(needs_key(row.area, shared, stranger) == row.shared_stranger);
    CHECK(needs_key(row.area, shared, proxied) == row.shared_proxied);
    CHECK(needs_key(row.area, exposed, here) == row.exposed_here);
    CHECK(needs_key(row.area, strict_mcp, here) == row.strict_here);
    CHECK(needs_key(row.area, open, proxied) == row.open_proxied);
    CHECK(needs_key(row.area, open, elsewhere) == row.open_elsewhere);
    CHECK(needs_key(row.area, shared, elsewhere) == row.shared_elsewhere);
  }
}

TEST_CASE(
    "another user of this machine, or one who is not known, needs the key and reads what to do",
    "[security]") {
  const From stranger{kStranger};
  const From unknown{std::nullopt};
  for (const Area area : {Area::mcp, Area::metrics}) {
    for (const From& from : {stranger, unknown}) {
      const Verdict verdict = ask(area, kHost, from);
      CHECK(!verdict.allowed);
      CHECK(verdict.status == Status::unauthorized);
      CHECK(verdict.remedy.find("\"local_users\": \"all\"") != std::string::npos);
      CHECK(verdict.remedy.find("X-API-Key") != std::string::npos);
      CHECK(ask(area, kHost + kKey, from).principal == Principal::key_holder);
      CHECK(ask(area, kHost, from, {.all_local_users = true}).principal == Principal::local);
    }
  }
  CHECK(ask(Area::mcp, kHost, stranger).message.find("(uid 1001)") != std::string::npos);
  CHECK(ask(Area::mcp, kHost, unknown).message.find("not known") != std::string::npos);
  CHECK(ask(Area::open, kHost, stranger).allowed);
  CHECK(!ask(Area::api, kHost, stranger, {.all_local_users = true}).allowed);
  // What would not help is not advised.
  const Verdict strict = ask(Area::mcp, kHost, stranger, {.require_mcp_auth = true});
  CHECK(strict.remedy.find("local_users") == std::string::npos);
}

TEST_CASE("over the unix socket its owner counts as a key holder, and nobody else", "[security]") {
  const auto over_socket = [](std::optional<uid_t> user) {
    return From{user, http::Peer::Via::unix_socket};
  };
  const From own = over_socket(kOwn);
  for (const Area area : {Area::mcp, Area::metrics, Area::api, Area::open}) {
    CHECK(ask(area, kHost, own).principal == Principal::key_holder);
  }
  // Also where everybody else needs a key, and beside one that is meant for somebody else.
  CHECK(ask(Area::api, kHost, own, {true, true}).allowed);
  CHECK(ask(Area::api, kHost + "X-API-Key: other\r\n", own).allowed);
  for (const From& from : {over_socket(kStranger), over_socket(std::nullopt)}) {
    CHECK(!ask(Area::api, kHost, from).allowed);
    CHECK(!ask(Area::mcp, kHost, from).allowed);
  }
  for (const char* line : {"Via: 1.1 p\r\n", "X-Forwarded-For: 1.2.3.4\r\n"}) {
    CHECK(!ask(Area::api, kHost + line, own).allowed);
    CHECK(!ask(Area::mcp, kHost + line, own).allowed);
    CHECK(ask(Area::mcp, kHost + line + kKey, own).allowed);
  }
  CHECK(!ask(Area::api, "Host: evil.example\r\n", own).allowed);
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
  CHECK(ask(Area::mcp, kHost, kElsewhere).status == Status::unauthorized);
  CHECK(ask(Area::open, kHost, kElsewhere).allowed);
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
