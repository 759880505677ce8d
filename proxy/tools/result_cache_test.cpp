#include "proxy/tools/result_cache.h"

#include <catch2/catch.hpp>

#include "base/json.h"
#include "base/sim_runtime.h"
#include "storage/sim_store.h"

namespace proxy::tools {
namespace {

struct World {
  base::SimRuntime sim;
  storage::SimDisk disk;
  storage::SimStore store{sim.runtime(), disk};
  int offloaded = 0;
  ResultCache cache{store, sim.clock(), [this](const auto& work, const auto& then) {
                      ++offloaded;
                      work();
                      then();
                    }};

  World() { cache.set_limit(100); }

  base::Result<std::string> read(std::string_view caller, const ReadArguments& arguments) {
    base::Result<std::string> got = base::Error{};
    cache.read(caller, arguments, [&](base::Result<std::string> answer) { got = answer; });
    return got;
  }
  // The key in the answer to a result with that text.
  std::string keep(const std::string& text, const std::string& caller = "me") {
    std::string answer;
    cache.fit({caller, "server", "tool"},
              R"({"content":[{"type":"text","text":")" + text + R"("}]})",
              [&](std::string_view result) { answer = result; });
    const std::size_t at = answer.find(R"("mcptrunk/cached":{"key":")");
    REQUIRE(at != std::string::npos);
    const std::size_t start = at + 26;
    return answer.substr(start, answer.find('"', start) - start);
  }
};

TEST_CASE("what was cut off is read on, piece by piece, to its end", "[tools]") {
  World world;
  const std::string key = world.keep(std::string(250, 'x'));
  const auto second = world.read("me", {key, 100, {}});
  REQUIRE(second);
  CHECK(second->find(std::string(100, 'x')) != std::string::npos);
  CHECK(second->find(R"(\"offset\":200})") != std::string::npos);
  const auto last = world.read("me", {key, 200, {}});
  REQUIRE(last);
  CHECK(last->find("this is the end") != std::string::npos);
  const auto beyond = world.read("me", {key, 999, {}});
  REQUIRE(beyond);
  CHECK(beyond->find(R"("text":"")") == std::string::npos);
}

TEST_CASE("a piece is never longer than an answer may be", "[tools]") {
  World world;
  const std::string key = world.keep(std::string(500, 'x'));
  const auto piece = world.read("me", {key, 0, 400});
  CHECK(piece->find(std::string(101, 'x')) == std::string::npos);
  CHECK(world.read("me", {key, 0, 7})->find(std::string(8, 'x')) == std::string::npos);
}

TEST_CASE("another caller, an unknown key and an expired one find nothing", "[tools]") {
  World world;
  const std::string key = world.keep(std::string(250, 'x'));
  CHECK(world.read("me", {key, 0, {}}).ok());
  CHECK(world.read("someone", {key, 0, {}}).error().code == base::ErrorCode::not_found);
  CHECK(world.read("me", {"nonsense", 0, {}}).error().code == base::ErrorCode::not_found);
  world.sim.advance(ResultCache::kLifetime + std::chrono::seconds(1));
  CHECK(world.read("me", {key, 0, {}}).error().code == base::ErrorCode::not_found);
}

TEST_CASE("a stored result survives a restart", "[tools]") {
  World world;
  const std::string key = world.keep(std::string(250, 'x'));
  world.sim.advance(std::chrono::seconds(1));
  storage::SimStore again(world.sim.runtime(), world.disk);
  ResultCache cache(again, world.sim.clock(), {});
  bool found = false;
  cache.read("me", {key, 0, {}}, [&](const auto& answer) { found = answer.ok(); });
  CHECK(found);
}

TEST_CASE("only what may be too long is looked at, and what is large beside the loop", "[tools]") {
  World world;
  CHECK(!world.cache.concerns(100));
  CHECK(world.cache.concerns(101));
  world.keep(std::string(1000, 'x'));
  CHECK(world.offloaded == 0);
  const std::string key = world.keep(std::string(ResultCache::kInlineBytesMax + 1, 'x'));
  CHECK(world.offloaded == 1);
  CHECK(world.read("me", {key, 0, {}}).ok());
  CHECK(world.offloaded == 2);
  world.cache.set_limit(0);
  CHECK(!world.cache.concerns(1'000'000));
}

}  // namespace
}  // namespace proxy::tools
