#include "proxy/downstream/subscriptions.h"

#include <catch2/catch.hpp>
#include <deque>

#include "proxy/downstream/offers_world.h"

namespace proxy::downstream {
namespace {

using upstream::State;

constexpr std::string_view kJoined = R"({"uri":"mcptrunk://b/memo://x"})";
constexpr std::string_view kOwn = R"({"uri":"memo://x"})";
constexpr std::string_view kSubscribe = R"(resources/subscribe {"uri":"memo://x"})";
constexpr std::string_view kUnsubscribe = R"(resources/unsubscribe {"uri":"memo://x"})";

struct World : OffersWorld {
  void subscribe(Client& client, const Surface& surface, std::string_view params) {
    ask(client, surface, &Offers::subscribe, "resources/subscribe", params);
  }
  void unsubscribe(Client& client, const Surface& surface, std::string_view params) {
    ask(client, surface, &Offers::unsubscribe, "resources/unsubscribe", params);
  }
  // One that subscribes, and is told so.
  void subscribed(Client& client, const Surface& surface, std::string_view params) {
    subscribe(client, surface, params);
    if (upstreams.asked(1) == kSubscribe) upstreams.answer(1, "{}");
    REQUIRE(client.channel->take() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  }
  // The server has it already, or answers.
  void subscribed_at_once(Client& client, std::string_view uri) {
    subscribe(client, of_b, fmt::format(R"({{"uri":"{}"}})", uri));
    if (!upstreams.asked(1).empty()) upstreams.answer(1, "{}");
  }
  void update(std::string_view params) {
    upstreams.say(1, "notifications/resources/updated", params);
  }
};

std::string updated(std::string_view params) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{}}})", params);
}

TEST_CASE("an update reaches those who subscribed, each by the URI it used", "[downstream]") {
  World world;
  World::Client joined, own, other;
  world.subscribed(joined, world.all, kJoined);
  world.subscribed(own, world.of_b, kOwn);
  CHECK(world.upstreams.asked(1).empty());  // one subscription there is enough
  world.update(R"({"uri":"memo://x","_meta":{"n":1}})");
  CHECK(joined.channel->take() == updated(R"({"uri":"mcptrunk://b/memo://x","_meta":{"n":1}})"));
  CHECK(own.channel->take() == updated(R"({"uri":"memo://x","_meta":{"n":1}})"));
  CHECK(other.channel->messages.empty());
  // What another server says of the same URI is none of theirs.
  world.call(other, 0, "9");
  world.upstreams.say(0, "notifications/resources/updated", kOwn);
  CHECK(joined.channel->messages.empty());
  world.upstreams.answer(0, "{}");
}

TEST_CASE("what a client misses without a stream it is told when it has one", "[downstream]") {
  World world;
  World::Client client, other;
  world.subscribed(client, world.all, kJoined);
  world.subscribed(other, world.all, kJoined);
  client.session.notices = nullptr;
  world.update(kOwn);
  world.update(R"({"uri":"memo://x/part"})");
  client.session.attach(*client.channel);
  CHECK(client.channel->take() == updated(kJoined));
  CHECK(client.channel->messages.empty());
  client.session.attach(*client.channel);
  CHECK(client.channel->messages.empty());
  CHECK(other.channel->messages.size() == 2);
}

TEST_CASE("a part of what is watched counts, a namesake does not", "[downstream]") {
  World world;
  World::Client client;
  world.subscribed(client, world.all, kJoined);
  world.update(R"({"uri":"memo://x/part"})");
  CHECK(client.channel->take() == updated(R"({"uri":"mcptrunk://b/memo://x/part"})"));
  world.update(R"({"uri":"memo://xy"})");
  world.update(R"({"uri":7})");
  world.update("{}");
  CHECK(client.channel->messages.empty());
}

TEST_CASE("the upstream is told when the last one goes, however it goes", "[downstream]") {
  World world;
  World::Client first;
  {
    World::Client second;
    world.subscribed(first, world.all, kJoined);
    world.subscribed(second, world.all, kJoined);
    world.unsubscribe(first, world.all, kJoined);
    CHECK(first.channel->take() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
    CHECK(world.upstreams.asked(1).empty());
    // The session of the second ends here.
  }
  CHECK(world.upstreams.asked(1) == kUnsubscribe);
  world.upstreams.answer(1, "{}");
  world.update(kOwn);
  CHECK(first.channel->messages.empty());
  world.unsubscribe(first, world.all, kJoined);  // twice does no harm
  CHECK(first.channel->take() == R"({"jsonrpc":"2.0","id":1,"result":{}})");
}

TEST_CASE("one whose session ends before the answer leaves nothing behind", "[downstream]") {
  World world;
  {
    World::Client client;
    world.subscribe(client, world.all, kJoined);
    CHECK(world.upstreams.asked(1) == kSubscribe);
  }
  world.upstreams.answer(1, "{}");
  world.update(kOwn);
  CHECK(world.upstreams.asked(1).empty());
}

TEST_CASE("a refusal of the upstream goes to the client, and nothing is watched", "[downstream]") {
  World world;
  World::Client client;
  world.subscribe(client, world.all, kJoined);
  world.upstreams.refuse(1, R"({"code":-32601,"message":"no"})");
  CHECK(client.channel->take() ==
        R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}})");
  CHECK(client.session.subscribed == 0);
  world.update(kOwn);
  CHECK(client.channel->messages.empty());
}

TEST_CASE("a watched server does not idle, and one that nobody watches does", "[downstream]") {
  World world;
  World::Client client;
  world.subscribed(client, world.all, kJoined);
  world.sim.advance(std::chrono::minutes(3));
  CHECK(world.upstreams.fleet.view(1)->state == State::ready);
  world.unsubscribe(client, world.all, kJoined);
  CHECK(world.upstreams.asked(1) == kUnsubscribe);
  world.upstreams.answer(1, "{}");
  world.sim.advance(std::chrono::minutes(3));
  CHECK(world.upstreams.fleet.view(1)->state == State::idle);
}

TEST_CASE("a new connection is subscribed again, and its watchers look again", "[downstream]") {
  World world;
  World::Client client;
  world.subscribed(client, world.all, kJoined);
  world.upstreams.crash(1);
  World::Client caller;
  world.call(caller, 1, "5");
  world.sim.advance(std::chrono::seconds(5));
  CHECK(world.upstreams.asked(1).starts_with("tools/call"));
  world.upstreams.answer(1, "{}");
  CHECK(world.upstreams.asked(1) == kSubscribe);
  world.upstreams.answer(1, "{}");
  CHECK(client.channel->take() == updated(kJoined));
  world.update(kOwn);
  CHECK(client.channel->take() == updated(kJoined));
}

TEST_CASE("a session watches a limited number of resources", "[downstream]") {
  World world;
  World::Client client;
  client.session.subscribed = Subscriptions::kPerSessionMax;
  world.subscribe(client, world.all, kJoined);
  CHECK(client.channel->take().find("MCPT_TOO_MANY") != std::string::npos);
  CHECK(world.upstreams.asked(1).empty());
  client.session.subscribed = 0;
}

std::string numbered(std::string_view start, std::size_t number, std::size_t bytes) {
  std::string uri = fmt::format("{}{}/", start, number);
  return uri + std::string(bytes - uri.size(), 'u');
}
std::string watching(std::string_view uri) {
  return fmt::format(R"({{"uri":"{}"}})", uri);
}

TEST_CASE("what a server logs of one client's subscription is not the next caller's",
          "[downstream]") {
  World world;
  World::Client watcher, caller;
  world.subscribed(watcher, world.of_b, kOwn);
  world.call(caller, 1, "2");
  world.upstreams.say(1, "notifications/message", R"({"level":"info","data":"memo://x"})");
  CHECK(caller.channel->messages.empty());
  world.upstreams.answer(1, "{}");
}

TEST_CASE("a URI over the limit is refused before anything of it is kept", "[downstream]") {
  World world;
  World::Client client;
  world.subscribe(client, world.of_b, watching(numbered("memo://", 1, 8193)));
  CHECK(client.channel->take().find("params.uri of resources/subscribe is over 8192 bytes") !=
        std::string::npos);
  CHECK(world.upstreams.asked(1).empty());
  CHECK(client.session.subscribed == 0);
}

TEST_CASE("what a session watches is limited in bytes, what waits for the server included",
          "[downstream]") {
  World world;
  World::Client client;
  const std::size_t fit = Subscriptions::kSessionBytesMax / (2 * 8000 + 256);
  for (std::size_t i = 0; i < fit; ++i) {
    world.subscribe(client, world.of_b, watching(numbered("memo://", i, 8000)));
  }
  CHECK(client.channel->messages.empty());
  world.subscribe(client, world.of_b, watching(numbered("memo://", fit, 8000)));
  CHECK(client.channel->take().find("MCPT_TOO_LARGE") != std::string::npos);
  // The server refuses one, and there is room again.
  world.upstreams.refuse(1, R"({"code":-32602,"message":"no"})");
  CHECK(client.channel->take().find("no") != std::string::npos);
  world.subscribe(client, world.of_b, watching(numbered("memo://", fit, 8000)));
  CHECK(client.channel->messages.empty());
  for (std::size_t i = 0; i < fit; ++i) world.upstreams.answer(1, "{}");
  CHECK(client.session.subscribed == fit);
  world.unsubscribe(client, world.of_b, watching(numbered("memo://", 1, 8000)));
  CHECK(client.session.subscribed == fit - 1);
  world.subscriptions.forget(client.session);
  CHECK(client.session.subscribed == 0);
  CHECK(client.session.subscribed_bytes == 0);
}

TEST_CASE("what all sessions watch is limited in bytes", "[downstream]") {
  World world;
  const std::size_t each = 10;
  const std::size_t cost = each * (2 * 8000 + 256);
  std::deque<World::Client> clients;
  bool refused = false;
  for (std::size_t i = 0; i <= Subscriptions::kBytesMax / cost && !refused; ++i) {
    World::Client& client = clients.emplace_back();
    for (std::size_t n = 0; n < each; ++n) {
      world.subscribed_at_once(client, numbered("memo://", n, 8000));
      const std::string answer = client.channel->take();
      refused = refused || answer.find("MCPT_OVERLOADED") != std::string::npos;
    }
  }
  CHECK(refused);
  CHECK(clients.size() == Subscriptions::kBytesMax / cost + 1);
}

}  // namespace
}  // namespace proxy::downstream
