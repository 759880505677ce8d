#include "catalogs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "proxy/catalog/catalog.h"

namespace sim {

using upstream::State;
using upstream::UpstreamId;

namespace {

// Small, so that slow readers fall off.
constexpr std::size_t kReplayMax = 32;

struct Nobody final : proxy::downstream::ListAudience {
  void list_changed(protocol::ListKind, UpstreamId) override {}
  void surface_changed(const proxy::downstream::Surface&) override {}
  void surface_removed(const proxy::downstream::Surface&) override {}
};

}  // namespace

struct Catalogs::Daemon {
  Daemon(base::Runtime runtime, storage::SimDisk& disk, std::uint64_t epoch, base::Random& random,
         Report& report)
      : store(runtime, disk),
        bus(epoch, runtime.clock, runtime.turn, kReplayMax),
        uses(runtime, index, store),
        live({runtime.clock, catalog, index, store, bus, nobody, uses}),
        readers{EventReader(report, random, 0), EventReader(report, random, 0.1),
                EventReader(report, random, 0.5)} {
    for (EventReader& reader : readers) reader.subscribe(bus);
  }

  Nobody nobody;
  proxy::catalog::Catalog catalog;
  search::ToolIndex index;
  storage::SimStore store;
  proxy::events::EventBus bus;
  proxy::activity::ToolUses uses;
  proxy::daemon::LiveCatalog live;
  proxy::config::Config config;
  std::array<EventReader, 3> readers;
};

Catalogs::Catalogs(base::Runtime runtime, base::Random& random, Report& report)
    : runtime_(runtime), random_(random), report_(report) {}

Catalogs::~Catalogs() {
  if (daemon_ != nullptr) daemon_->store.cut_power();
}

bool Catalogs::is_ours(UpstreamId id, const std::string& name) const {
  const auto found = servers_.find(name);
  return daemon_ != nullptr && found != servers_.end() && found->second == id;
}

void Catalogs::configure(const Ids& servers) {
  const bool starts = daemon_ == nullptr;
  if (starts) {
    daemon_ = std::make_unique<Daemon>(runtime_, disk_, ++epoch_, random_, report_);
  }
  for (const auto& [name, id] : servers_) {
    const auto now = servers.find(name);
    if (now != servers.end() && now->second == id) continue;
    daemon_->live.forget(id, name);
    storage::Batch batch;
    batch.erase_server(name);
    daemon_->store.write_behind(std::move(batch));
    tools_.erase(name);
    states_.erase(name);
  }
  servers_ = servers;
  daemon_->config.servers.clear();
  for (const auto& [name, id] : servers_) {
    proxy::config::ServerConfig server;
    server.name = name;
    daemon_->config.servers.push_back(std::move(server));
  }
  if (starts) restore();
}

void Catalogs::restore() {
  auto snapshot = daemon_->store.load();
  if (!snapshot) return report_.violate("the stored catalogs do not read");
  for (storage::CatalogRecord& record : snapshot->catalogs) {
    const auto found = servers_.find(record.server);
    if (found == servers_.end()) continue;
    const std::string name = record.server;
    daemon_->live.restore(found->second, daemon_->config, *daemon_->config.find_server(name),
                          std::move(record));
    Tools restored;
    if (const auto* known = daemon_->catalog.server(found->second)) {
      for (const auto& tool : known->tools()) restored.emplace(tool.name);
    }
    if (!history_[name].contains(restored)) {
      report_.violate(name + " came back with tools that it never listed together");
    }
    tools_[name] = std::move(restored);
  }
}

void Catalogs::set_state(UpstreamId id, const std::string& name, State from, State to) {
  if (!is_ours(id, name)) return;
  states_[name] = to;
  daemon_->live.set_state(id, name, to);
  daemon_->bus.publish(proxy::events::ServerStateChanged{
      name, {}, std::string(to_string(from)), std::string(to_string(to)), ""});
}

void Catalogs::listed(UpstreamId id, const std::string& name, upstream::Listing listing) {
  if (!is_ours(id, name)) return;
  Tools tools;
  for (const std::string& page : listing.of(upstream::ListKind::tools)->results) {
    const auto read = protocol::read_list_page(protocol::ListKind::tools, page);
    if (!read) return report_.violate(name + " listed a page that does not read");
    for (const protocol::ListItem& item : read->items) {
      tools.insert(item.name);
    }
  }
  history_[name].insert(tools);
  tools_[name] = std::move(tools);
  daemon_->live.take(id, daemon_->config, *daemon_->config.find_server(name), std::move(listing));
}

void Catalogs::power_cut() {
  if (daemon_ == nullptr) return;
  daemon_->store.cut_power();
  daemon_.reset();
  servers_.clear();
  tools_.clear();
  states_.clear();
}

void Catalogs::check() {
  if (daemon_ == nullptr) return;
  std::size_t tools = 0;
  for (const auto& [name, listed] : tools_) tools += listed.size();
  if (daemon_->index.tool_count() != tools) {
    report_.violate(
        fmt::format("the index holds {} tools, {} are listed", daemon_->index.tool_count(), tools));
  }
  for (const auto& [name, id] : servers_) check_server(name, id);
  move_readers();
  if (tools_.empty()) return;
  const auto some = std::next(tools_.begin(), static_cast<long>(random_.below(tools_.size())));
  if (!some->second.empty()) check_search(some->first, *some->second.begin());
}

void Catalogs::check_server(const std::string& name, UpstreamId id) {
  const auto* known = daemon_->catalog.server(id);
  const auto listed = tools_.find(name);
  if ((known == nullptr) != (listed == tools_.end())) {
    return report_.violate(name + ": catalog and what was listed disagree");
  }
  if (known == nullptr) return;
  const bool same = known->tools().size() == listed->second.size() &&
                    std::ranges::all_of(known->tools(), [&](const auto& tool) {
                      return listed->second.contains(tool.name);
                    });
  if (!same) report_.violate(name + ": the catalog holds other tools than were listed");
}

void Catalogs::check_search(const std::string& name, const std::string& tool) {
  const auto state = states_.find(name);
  if (state == states_.end()) return;
  const std::string id = name + ":" + tool;
  search::Query query;
  query.text = id;
  query.limit = 1;
  const auto answer = daemon_->index.find(query);
  const bool found = !answer.hits.empty() && answer.hits.front().exact;
  const bool held = state->second == State::disabled || state->second == State::quarantined;
  if (found == held) {
    report_.violate(
        fmt::format("{} is {} and {}found", id, to_string(state->second), found ? "" : "not "));
  }
}

void Catalogs::move_readers() {
  for (EventReader& reader : daemon_->readers) {
    const std::uint64_t roll = random_.below(20);
    if (roll == 0) {
      reader.leave();
    } else if (!reader.subscribed()) {
      reader.subscribe(daemon_->bus);
    } else if (roll < 10) {
      reader.go_on();
    }
  }
}

}  // namespace sim
