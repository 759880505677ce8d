#include "proxy/downstream/server_requests.h"

#include <catch2/catch.hpp>

#include "proxy/downstream/offers_world.h"

namespace proxy::downstream {
namespace {

constexpr std::string_view kForm = R"({"message":"Go on?","requestedSchema":{"type":"object"}})";
constexpr std::string_view kElicit = "elicitation/create";

struct Client : OffersWorld::Client {
  Client() {
    session.facts.abilities.sampling = true;
    session.facts.abilities.elicitation = true;
  }
};

struct World : OffersWorld {
  void ask(std::string_view params = kForm, std::string_view method = kElicit) {
    upstreams.question(0, "\"q\"", method, params);
  }
  void say(Client& client, std::string_view message) {
    const auto scanned = protocol::scan(message);
    REQUIRE(scanned.ok());
    questions.on_answer(client.session, *scanned);
    sim.settle();
  }
};

std::string asked_as(int id, std::string_view params = kForm) {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"elicitation/create","params":{}}})", id,
                     params);
}
std::string withdrawn(int id) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{},)", id);
}
const std::string kRefused = R"({"jsonrpc":"2.0","id":"q","error":{"code":-32)";

TEST_CASE("a question in a call goes to the caller, and its answer back as it is", "[downstream]") {
  World world;
  Client caller, stranger;
  world.call(caller, 0, "1");
  world.ask();
  CHECK(caller.channel->take() == asked_as(1));
  CHECK(stranger.channel->messages.empty());
  world.say(caller, R"({"jsonrpc":"2.0","id":1,"result":{"action":"accept","x":1.50}})");
  CHECK(world.upstreams.told(0) ==
        R"({"jsonrpc":"2.0","id":"q","result":{"action":"accept","x":1.50}})");
  world.say(caller, R"({"jsonrpc":"2.0","id":1,"result":{}})");  // once is enough
  CHECK(world.upstreams.told(0).empty());
  world.upstreams.answer(0, "{}");
  CHECK(caller.channel->take() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
}

TEST_CASE("a client's error goes back too", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  world.ask();
  world.say(caller, R"({"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"no"}})");
  CHECK(world.upstreams.told(0) ==
        R"({"jsonrpc":"2.0","id":"q","error":{"code":-1,"message":"no"}})");
  world.upstreams.answer(0, "{}");
}

TEST_CASE("an answer of a client that was not asked is ignored", "[downstream]") {
  World world;
  Client caller, stranger;
  world.call(caller, 0, "1");
  world.ask();
  world.say(stranger, R"({"jsonrpc":"2.0","id":1,"result":{"action":"accept"}})");
  world.say(caller, R"({"jsonrpc":"2.0","id":"1","result":{"action":"accept"}})");
  CHECK(world.upstreams.told(0).empty());
  world.say(caller, R"({"jsonrpc":"2.0","id":1,"result":{"action":"decline"}})");
  CHECK(world.upstreams.told(0) == R"({"jsonrpc":"2.0","id":"q","result":{"action":"decline"}})");
  world.upstreams.answer(0, "{}");
}

TEST_CASE("a question and an answer that are pretty-printed stay one line", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  world.ask("{\n\"message\":\r\n\"a\"}");
  CHECK(caller.channel->take() == asked_as(1, R"({ "message":  "a"})"));
  world.say(caller, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\n\"a\":1}}");
  CHECK(world.upstreams.told(0) == R"({"jsonrpc":"2.0","id":"q","result":{ "a":1}})");
  world.upstreams.answer(0, "{}");
}

TEST_CASE("a client is asked only what it said it can be asked", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  SECTION("no sampling") {
    caller.session.facts.abilities.sampling = false;
    world.ask("{}", "sampling/createMessage");
    CHECK(world.upstreams.told(0).starts_with(kRefused + "601,"));
  }
  SECTION("forms only") {
    world.ask(R"({"mode":"url","url":"https://a"})");
    CHECK(world.upstreams.told(0).starts_with(kRefused + "601,"));
  }
  SECTION("urls only") {
    caller.session.facts.abilities.elicitation = false;
    caller.session.facts.abilities.elicitation_url = true;
    world.ask(R"({"mode":"url","url":"https://a"})");
    CHECK_FALSE(caller.channel->take().empty());
    world.ask();
    CHECK(world.upstreams.told(0).starts_with(kRefused + "601,"));
  }
  SECTION("never roots of a server that others share") {
    caller.session.facts.abilities.roots = true;
    world.ask("{}", "roots/list");
    CHECK(world.upstreams.told(0).starts_with(kRefused + "601,"));
  }
  CHECK(caller.channel->messages.empty());
  world.upstreams.answer(0, "{}");
}

TEST_CASE("a question while two clients call reaches neither", "[downstream]") {
  World world;
  Client one, other;
  world.call(one, 0, "1");
  world.call(other, 0, "1");
  world.ask();
  CHECK(world.upstreams.told(0).starts_with(kRefused));
  CHECK(one.channel->messages.empty());
  CHECK(other.channel->messages.empty());
  world.upstreams.answer(0, "{}");
  world.upstreams.answer(0, "{}");
}

TEST_CASE("a question ends with the last call of its client", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  world.call(caller, 0, "2");
  world.ask();
  CHECK(caller.channel->take() == asked_as(1));
  world.upstreams.answer(0, "{}");
  CHECK(caller.channel->take() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  CHECK(world.upstreams.told(0).empty());
  SECTION("answered") {
    world.upstreams.answer(0, "{}");
  }
  SECTION("cancelled") {
    world.calls.cancel(caller.session, "2");
    world.sim.settle();
  }
  CHECK(caller.channel->take().starts_with(withdrawn(1)));
  CHECK(world.upstreams.told(0).starts_with(kRefused));
}

TEST_CASE("a late question goes beside the calls, and is withdrawn in time", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  world.upstreams.answer(0, "{}");
  caller.channel->take();
  const auto kept_running = world.upstreams.fleet.lease(0);
  world.ask();
  CHECK(caller.channel->take() == asked_as(1));
  world.sim.advance(ServerRequests::kPatience - std::chrono::seconds(1));
  CHECK(caller.channel->messages.empty());
  world.sim.advance(std::chrono::seconds(1));
  CHECK(caller.channel->take().starts_with(withdrawn(1)));
  CHECK(world.upstreams.told(0).starts_with(kRefused));
}

TEST_CASE("a client without a stream cannot be asked", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  world.upstreams.answer(0, "{}");
  caller.session.notices = nullptr;
  world.ask();
  CHECK(world.upstreams.told(0).starts_with(kRefused + "603,"));
  CHECK(caller.session.questions == 0);
}

TEST_CASE("a question that the server takes back is taken back", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  world.ask();
  caller.channel->take();
  world.upstreams.say(0, "notifications/cancelled", R"({"requestId":"other"})");
  CHECK(caller.channel->messages.empty());
  world.upstreams.say(0, "notifications/cancelled", R"({"requestId":"q"})");
  CHECK(caller.channel->take().starts_with(withdrawn(1)));
  world.say(caller, R"({"jsonrpc":"2.0","id":1,"result":{}})");
  CHECK(world.upstreams.told(0).empty());
  world.upstreams.answer(0, "{}");
}

TEST_CASE("a question ends with the server's process", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  world.upstreams.answer(0, "{}");
  caller.channel->take();
  world.ask();
  caller.channel->take();
  world.upstreams.crash(0);
  CHECK(caller.channel->take().starts_with(withdrawn(1)));
  CHECK(caller.session.questions == 0);
}

TEST_CASE("a question ends with the session", "[downstream]") {
  World world;
  {
    Client caller;
    world.call(caller, 0, "1");
    world.upstreams.answer(0, "{}");
    world.ask();
  }
  CHECK(world.upstreams.told(0).starts_with(kRefused));
  world.ask();
  CHECK(world.upstreams.told(0).starts_with(kRefused));
}

TEST_CASE("a client has only so many questions open, and of so many bytes", "[downstream]") {
  World world;
  Client caller;
  world.call(caller, 0, "1");
  SECTION("many") {
    for (std::uint32_t i = 0; i < ServerRequests::kPerSessionMax; ++i) world.ask();
    CHECK(world.upstreams.told(0).empty());
    world.ask();
    CHECK(world.upstreams.told(0).starts_with(kRefused));
    CHECK(caller.session.questions == ServerRequests::kPerSessionMax);
  }
  SECTION("long") {
    world.ask(
        fmt::format(R"({{"message":"{}"}})", std::string(ServerRequests::kParamsBytesMax, 'x')));
    CHECK(world.upstreams.told(0).starts_with(kRefused));
    CHECK(caller.channel->messages.empty());
  }
  world.upstreams.answer(0, "{}");
}

}  // namespace
}  // namespace proxy::downstream
