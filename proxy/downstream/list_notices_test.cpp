#include "proxy/downstream/list_notices.h"

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"

namespace proxy::downstream {
namespace {

using protocol::ListKind;

struct Recorder final : ListNoticeSink {
  std::vector<std::string> messages;
  void send_notice(std::string_view message) override { messages.emplace_back(message); }
};

TEST_CASE("many changes become one notice, and the next comes an interval later", "[downstream]") {
  base::SimRuntime sim;
  sim.advance(std::chrono::minutes(1));
  Recorder client;
  ListNotices notices(sim.runtime(), client);
  for (int i = 0; i < 10; ++i) notices.list_changed(ListKind::tools);
  sim.advance(std::chrono::milliseconds(10));
  REQUIRE(client.messages.size() == 1);
  CHECK(client.messages[0] == R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})");
  notices.list_changed(ListKind::tools);
  sim.advance(ListNotices::kInterval - std::chrono::milliseconds(100));
  CHECK(client.messages.size() == 1);
  sim.advance(std::chrono::milliseconds(200));
  CHECK(client.messages.size() == 2);
  sim.advance(std::chrono::minutes(1));
  CHECK(client.messages.size() == 2);
}

TEST_CASE("each kind has its notice, resources and their templates one", "[downstream]") {
  base::SimRuntime sim;
  Recorder client;
  ListNotices notices(sim.runtime(), client);
  notices.list_changed(ListKind::resources);
  notices.list_changed(ListKind::resource_templates);
  notices.list_changed(ListKind::prompts);
  sim.advance(std::chrono::seconds(5));
  REQUIRE(client.messages.size() == 2);
  CHECK(client.messages[0].find("prompts") != std::string::npos);
  CHECK(client.messages[1].find("resources") != std::string::npos);
}

}  // namespace
}  // namespace proxy::downstream
