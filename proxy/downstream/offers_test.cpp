#include "proxy/downstream/offers.h"

#include <catch2/catch.hpp>

#include "base/json.h"
#include "proxy/downstream/offers_world.h"

namespace proxy::downstream {
namespace {

using World = OffersWorld;

constexpr std::string_view kEmpty = R"({"jsonrpc":"2.0","id":1,"result":{}})";

TEST_CASE("a prompt is asked of its server by its own name, and its links can be read",
          "[downstream]") {
  World world;
  World::Client client;
  world.ask(client, world.all, &Offers::get_prompt, "prompts/get",
            R"({"name":"b__greet","arguments":{"who":"you"}})");
  CHECK(world.upstreams.asked(1) == R"(prompts/get {"name":"greet","arguments":{"who":"you"}})");
  world.upstreams.answer(
      1, R"({"messages":[{"role":"user","content":{"type":"resource_link","uri":"memo://x"}}]})");
  CHECK(client.channel->take().find(R"("uri":"mcptrunk://b/memo://x")") != std::string::npos);
  // On the server's own surface everything stays as it is.
  world.ask(client, world.of_b, &Offers::get_prompt, "prompts/get", R"({"name":"greet"})");
  world.upstreams.answer(
      1, R"({"messages":[{"role":"user","content":{"type":"resource_link","uri":"memo://x"}}]})");
  CHECK(client.channel->take().find(R"("uri":"memo://x")") != std::string::npos);
}

TEST_CASE("a read starts the server, asks for its own URI, and answers by the one shown",
          "[downstream]") {
  World world;
  World::Client client;
  CHECK(world.upstreams.fleet.view(1)->state == upstream::State::idle);
  world.ask(client, world.all, &Offers::read_resource, "resources/read",
            R"({"uri":"mcptrunk://b/memo://x"})");
  CHECK(world.upstreams.asked(1) == R"(resources/read {"uri":"memo://x"})");
  world.upstreams.answer(1, R"({"contents":[{"uri":"memo://x","text":"t"}]})");
  CHECK(
      client.channel->take() ==
      R"({"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"mcptrunk://b/memo://x","text":"t"}]}})");
}

TEST_CASE("an error of the upstream goes through; one of ours has its stable code",
          "[downstream]") {
  World world;
  World::Client client;
  world.ask(client, world.of_b, &Offers::read_resource, "resources/read", R"({"uri":"memo://y"})");
  world.upstreams.refuse(1, R"({"code":-32002,"message":"none","data":{"uri":"memo://y"}})");
  CHECK(
      client.channel->take() ==
      R"({"jsonrpc":"2.0","id":1,"error":{"code":-32002,"message":"none","data":{"uri":"memo://y"}}})");
  world.ask(client, world.of_b, &Offers::read_resource, "resources/read", R"({"uri":"memo://y"})");
  world.upstreams.crash(1);
  const std::string lost = client.channel->take();
  CHECK(lost.find(R"("code":-32603)") != std::string::npos);
  CHECK(lost.find(R"("data":{"code":"MCPT_CONNECTION_LOST"})") != std::string::npos);
}

TEST_CASE("where servers are joined, what a server does not know is said with its name",
          "[downstream]") {
  World world;
  World::Client client;
  constexpr std::string_view kUnknown = R"({"code":-32601,"message":"Unknown method"})";
  world.ask(client, world.all, &Offers::read_resource, "resources/read",
            R"({"uri":"mcptrunk://b/memo://y"})");
  world.upstreams.refuse(1, kUnknown);
  CHECK(client.channel->take().find(R"("code":-32601,"message":"server b: Unknown method")") !=
        std::string::npos);
  world.ask(client, world.of_b, &Offers::read_resource, "resources/read", R"({"uri":"memo://y"})");
  world.upstreams.refuse(1, kUnknown);
  CHECK(client.channel->take().find(R"("message":"Unknown method")") != std::string::npos);
}

TEST_CASE("what is wrong with a request is said at once, and no server is asked", "[downstream]") {
  World world;
  World::Client client;
  struct Case {
    World::Method method;
    std::string_view name;
    std::string_view params;
    int code;
    std::string_view said;
  };
  const Case cases[] = {
      {&Offers::get_prompt, "prompts/get", "{}", -32602, "params.name"},
      {&Offers::get_prompt, "prompts/get", R"({"name":7})", -32602, "params.name"},
      {&Offers::get_prompt, "prompts/get", R"({"name":"b__greet","arguments":[]})", -32602,
       "object"},
      {&Offers::get_prompt, "prompts/get", R"({"name":"b__gret"})", -32602, "b__greet"},
      {&Offers::read_resource, "resources/read", "{}", -32602, "params.uri"},
      {&Offers::read_resource, "resources/read", R"({"uri":""})", -32602, "params.uri"},
      {&Offers::read_resource, "resources/read", R"({"uri":"memo://x"})", -32602,
       "mcptrunk://b/memo://x"},
      {&Offers::read_resource, "resources/read", R"({"uri":"memo://xx"})", -32002, "memo://x?"},
      {&Offers::subscribe, "resources/subscribe", R"({"uri":"nowhere:"})", -32002, "nowhere:"},
      {&Offers::unsubscribe, "resources/unsubscribe", "{}", -32602, "params.uri"},
      {&Offers::complete, "completion/complete", "{}", -32602, "params.ref"},
      {&Offers::complete, "completion/complete",
       R"({"ref":{"type":"ref/prompt","name":"greet"},"argument":{}})", -32602, "b__greet"},
      {&Offers::complete, "completion/complete",
       R"({"ref":{"type":"ref/resource","uri":"no://{x}"},"argument":{}})", -32002, "no://{x}"},
      {&Offers::set_log_level, "logging/setLevel", R"({"level":"loud"})", -32602, "warning"},
      {&Offers::set_log_level, "logging/setLevel", "{}", -32602, "params.level"},
  };
  for (const Case& row : cases) {
    CAPTURE(row.name, row.params);
    world.ask(client, world.all, row.method, row.name, row.params);
    const std::string answer = client.channel->take();
    CHECK(answer.find(fmt::format("\"code\":{}", row.code)) != std::string::npos);
    CHECK(answer.find(row.said) != std::string::npos);
    CHECK(world.upstreams.asked(0).empty());
    CHECK(world.upstreams.asked(1).empty());
  }
}

TEST_CASE("a completion refers to the upstream's own prompt", "[downstream]") {
  World world;
  World::Client client;
  world.ask(
      client, world.all, &Offers::complete, "completion/complete",
      R"({"ref":{"type":"ref/prompt","name":"a__greet"},"argument":{"name":"n","value":""}})");
  CHECK(
      world.upstreams.asked(0) ==
      R"(completion/complete {"ref":{"type":"ref/prompt","name":"greet"},"argument":{"name":"n","value":""}})");
  world.upstreams.answer(0, R"({"completion":{"values":["v"]}})");
  CHECK(client.channel->take() ==
        R"({"jsonrpc":"2.0","id":1,"result":{"completion":{"values":["v"]}}})");
}

TEST_CASE("a surface has what its servers have, and what is not known yet may come",
          "[downstream]") {
  World world;
  const auto known = world.offers.abilities_of(world.all);
  CHECK(known.prompts);
  CHECK(known.logging);
  CHECK(known.resources_subscribe);
  CHECK(!known.completions);
  CHECK(known.prompts_list_changed);
  // As after a start with a server that was never listed.
  world.upstreams.apply({"a", "b", "c"});
  world.catalog.set_visible(2, false);
  CHECK(!world.offers.abilities_of(world.all).completions);
  world.catalog.set_visible(2, true);
  CHECK(world.offers.abilities_of(world.all).completions);
  CHECK(!world.offers.abilities_of(world.of_b).completions);
}

std::string log(std::string_view level) {
  return fmt::format(R"({{"level":"{}","data":"d"}})", level);
}
std::string logged(std::string_view level) {
  return fmt::format(R"({{"jsonrpc":"2.0","method":"notifications/message","params":{}}})",
                     log(level));
}

TEST_CASE("a log message goes to the client whose calls are with the server", "[downstream]") {
  World world;
  World::Client caller, stranger;
  const auto say = [&](std::string_view level) {
    world.upstreams.say(1, "notifications/message", log(level));
  };
  world.call(caller, 1, "2");
  say("info");
  CHECK(caller.channel->take() == logged("info"));
  world.call(caller, 1, "3");
  say("debug");
  CHECK(caller.channel->take() == logged("debug"));
  // Whose is it now?
  world.call(stranger, 1, "4");
  say("error");
  CHECK(caller.channel->messages.empty());
  CHECK(stranger.channel->messages.empty());
  for (int i = 0; i < 3; ++i) world.upstreams.answer(1, "{}");
  caller.channel->messages.clear();
  say("error");
  CHECK(caller.channel->messages.empty());
}

TEST_CASE("what a server logs behind its answer reaches the one client it can be for, or nobody",
          "[downstream]") {
  World world;
  World::Client caller, next;
  world.call(caller, 1, "2");
  world.upstreams.answer(1, "{}");
  caller.channel->messages.clear();
  world.upstreams.say(1, "notifications/message", log("info"));
  CHECK(caller.channel->take() == logged("info"));
  world.call(next, 1, "3");
  world.upstreams.say(1, "notifications/message", log("info"));
  CHECK(caller.channel->messages.empty());
  CHECK(next.channel->messages.empty());
  world.upstreams.answer(1, "{}");
}

TEST_CASE("what a client's own instance logs goes to that client, whoever else calls",
          "[downstream]") {
  World world;
  World::Client one, other;
  world.call(one, 1, "2");
  world.call(other, 1, "3");
  world.news.on_notification({1, one.session.caller, true}, "notifications/message", log("info"));
  CHECK(one.channel->take() == logged("info"));
  CHECK(other.channel->messages.empty());
  one.session.log_level = protocol::LogLevel::error;
  world.news.on_notification({1, one.session.caller, true}, "notifications/message", log("info"));
  CHECK(one.channel->messages.empty());
  world.upstreams.answer(1, "{}");
  world.upstreams.answer(1, "{}");
}

TEST_CASE("a client's log level holds for it; the server is asked for the most verbose",
          "[downstream]") {
  World world;
  World::Client quiet, curious;
  const auto set = [&](World::Client& client, std::string_view level) {
    world.ask(client, world.of_b, &Offers::set_log_level, "logging/setLevel",
              fmt::format(R"({{"level":"{}"}})", level));
    CHECK(client.channel->take() == kEmpty);
  };
  set(quiet, "error");
  CHECK(world.upstreams.asked(1).empty());  // nothing runs, and nothing is started for it
  world.call(quiet, 1, "2");
  CHECK(world.upstreams.asked(1).starts_with("tools/call"));
  world.upstreams.say(1, "notifications/message", log("warning"));
  CHECK(quiet.channel->messages.empty());
  world.upstreams.say(1, "notifications/message", log("alert"));
  CHECK(quiet.channel->take() == logged("alert"));
  world.upstreams.answer(1, "{}");
  CHECK(quiet.channel->take() == R"({"jsonrpc":"2.0","id":2,"result":{}})");
  set(curious, "debug");
  CHECK(world.upstreams.asked(1) == R"(logging/setLevel {"level":"debug"})");
  world.upstreams.answer(1, "{}");
  set(quiet, "info");
  CHECK(world.upstreams.asked(1).empty());
  // A new connection is asked again.
  world.upstreams.crash(1);
  world.call(curious, 1, "5");
  world.sim.advance(std::chrono::seconds(5));
  world.upstreams.answer(1, "{}");
  CHECK(world.upstreams.asked(1) == R"(logging/setLevel {"level":"debug"})");
  world.upstreams.answer(1, "{}");
}

}  // namespace
}  // namespace proxy::downstream
