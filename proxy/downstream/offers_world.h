// For unit tests of what clients ask of prompts and resources: two servers with the same resource,
// clients that record what they are sent.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/envelope.h"
#include "proxy/catalog/test_catalog.h"
#include "proxy/downstream/offers.h"
#include "proxy/downstream/recorded_calls.h"
#include "proxy/downstream/server_requests.h"
#include "proxy/downstream/talking_fleet.h"
#include "storage/sim_store.h"

namespace proxy::downstream {

// Answers and notifications, as they were sent.
class Recorder final : public ReplyChannel {
 public:
  void add(std::string_view, http::Exchange::Parts message) override {
    std::string& text = messages.emplace_back();
    for (const std::string_view part : message) text += part;
  }
  void skip() override { messages.emplace_back("skipped"); }
  void notify(std::string_view message) override { messages.emplace_back(message); }

  // The oldest that was not taken yet; "" when there is none.
  std::string take() {
    if (messages.empty()) return {};
    std::string first = messages.front();
    messages.erase(messages.begin());
    return first;
  }

  std::vector<std::string> messages;
};

struct OffersWorld {
  OffersWorld() {
    upstreams.apply({"a", "b"});
    upstreams.news = &news;
    upstreams.questions = &questions;
    const catalog::ListsOfTest lists{
        .tools = R"([{"name":"act"}])",
        .prompts = R"([{"name":"greet"}])",
        .resources = R"([{"uri":"memo://x","name":"x"}])",
        .capabilities = R"({"logging":{},"prompts":{},"resources":{"subscribe":true}})"};
    catalog.put(0, catalog::build_all("a", lists));
    catalog.put(1, catalog::build_all("b", lists));
    of_b.view = {catalog::Scope::of({1}), catalog::Naming::own, 1};
  }

  ~OffersWorld() { upstreams.stop(); }

  struct Client {
    Client() { session.notices = channel.get(); }
    // REQUIRES: its calls are over.
    std::shared_ptr<Recorder> channel = std::make_shared<Recorder>();
    Session session;
  };

  using Method = void (Offers::*)(Session&, const Surface&, const protocol::Envelope&, Reply);
  // Has `client` ask on `surface`; "id" is 1 unless it is given.
  void ask(Client& client, const Surface& surface, Method method, std::string_view name,
           std::string_view params, std::string_view id = "1") {
    const std::string text =
        fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}","params":{}}})", id, name, params);
    const auto scanned = protocol::scan(text);
    REQUIRE(scanned.ok());
    (offers.*method)(client.session, surface, *scanned, Reply(client.channel));
    sim.settle();
  }
  void call(Client& client, upstream::UpstreamId id, std::string_view request_id) {
    upstream::CallSpec spec;
    spec.method = "tools/call";
    spec.name = "act";
    calls.start(client.session, Reply(client.channel), request_id, {}, id, spec);
    sim.settle();
  }

  base::SimRuntime sim;
  catalog::Catalog catalog;
  Surface all{catalog, Endpoint::all, ""};
  Surface of_b{catalog, Endpoint::server, "b"};
  TalkingFleet upstreams{sim};
  Callers callers;
  Subscriptions subscriptions{upstreams.fleet, catalog, callers};
  LogLevels levels{upstreams.fleet, catalog};
  RecordedCalls recorded;
  storage::SimDisk disk;
  storage::SimStore store{sim.runtime(), disk};
  tools::ResultCache results{store, sim.clock(), [](const auto& work, const auto& then) {
                               work();
                               then();
                             }};
  CallTable calls{sim.clock(), upstreams.fleet, catalog, results, recorded, callers};
  ServerRequests questions{sim.runtime(), upstreams.fleet, callers, calls};
  UpstreamNews news{calls, subscriptions, levels};
  Offers offers{{catalog, upstreams.fleet, calls, subscriptions, levels}};
};

}  // namespace proxy::downstream
