#include "proxy/daemon/daemon.h"

#include <unistd.h>

#include "base/digest.h"
#include "base/log.h"
#include "base/loop_directory_watcher.h"
#include "base/offload.h"
#include "base/socket_owner.h"
#include "proxy/activity/call_ledger.h"
#include "proxy/config/diff.h"
#include "proxy/daemon/admin.h"
#include "proxy/daemon/agent_actions.h"
#include "proxy/daemon/change_events.h"
#include "proxy/daemon/connection_limits.h"
#include "proxy/daemon/data_dir.h"
#include "proxy/daemon/ended_sessions.h"
#include "proxy/daemon/fleet_recorder.h"
#include "proxy/daemon/front.h"
#include "proxy/daemon/group_members.h"
#include "proxy/daemon/intent.h"
#include "proxy/daemon/live_catalog.h"
#include "proxy/daemon/memory_keeper.h"
#include "proxy/daemon/record_conversion.h"
#include "proxy/daemon/reloader.h"
#include "proxy/daemon/service_manager.h"
#include "proxy/daemon/startup.h"
#include "proxy/daemon/store_journal.h"
#include "proxy/daemon/transports.h"
#include "proxy/daemon/upstream_specs.h"
#include "proxy/downstream/mcp_endpoint.h"
#include "proxy/downstream/sealed_sessions.h"
#include "storage/lmdb_store.h"

namespace proxy::daemon {
namespace {

constexpr std::string_view kLog = "daemon";

// A loop turn of that length is felt by agents; shorter slow ones come while many servers start.
constexpr auto kFeltTurn = base::Milliseconds(100);

upstream::StdioOptions stdio_options(const DataDir& data_dir, const config::Config& config,
                                     const rlimit& original) {
  upstream::StdioOptions options;
  options.shim_path = upstream::find_shim();
  options.log_directory = data_dir.server_logs();
  options.owner = fmt::format("{:016x}", base::digest64(data_dir.path));
  options.nofile_soft = original.rlim_cur;
  options.nofile_hard = original.rlim_max;
  options.line_bytes_max = config.limits.message_bytes_max;
  options.unsent_bytes_max = std::max(options.unsent_bytes_max, options.line_bytes_max);
  return options;
}

RememberedByName remembered_by_name(const storage::Snapshot& snapshot) {
  RememberedByName remembered;
  for (const storage::ServerRecord& record : snapshot.servers) {
    remembered[record.name].memory = to_memory(record);
  }
  for (const storage::CatalogRecord& record : snapshot.catalogs) {
    remembered[record.server].has_catalog = true;
  }
  return remembered;
}

upstream::EnvironmentRules environment_rules(const config::EnvironmentConfig& environment) {
  return {environment.inherit_system_safe, environment.allowed_system_vars, environment.custom_vars,
          environment.path};
}

}  // namespace

// In the order of their making; each may use those above it.
struct Daemon::Parts {
  Parts(base::Loop& the_loop, base::FileSystem& the_files, const DaemonOptions& the_options,
        LoadedConfig config, DataDir dir, std::unique_ptr<storage::LmdbStore> the_store,
        storage::Snapshot snapshot, security::Sealer the_sealer, security::ApiKey key,
        Front::Policy policy, const rlimit& original_limits);

  void give_specs(const config::Config& config);
  void follow_surfaces(const std::shared_ptr<const config::Config>& config);
  void restore_catalogs(const config::Config& config, std::vector<storage::CatalogRecord> catalogs);
  void apply(const std::shared_ptr<const config::Config>& from,
             const std::shared_ptr<const config::Config>& to);
  base::Result<void> listen();
  void tell_command_line();
  void set_search(const config::SearchConfig& settings);
  void set_api_key(const config::Config& config);
  void stop_processes();
  void finish();

  base::Loop& loop;
  base::FileSystem& files;
  const DaemonOptions options;
  const DataDir data_dir;
  std::unique_ptr<storage::LmdbStore> store;
  const RememberedByName remembered;

  events::EventBus bus;
  catalog::Catalog catalog;
  search::ToolIndex index;
  activity::ToolUses uses;
  downstream::EventStreams streams;
  downstream::ListAudiences audience;
  LiveCatalog live_catalog;
  FleetRecorder recorder;
  Transports transports;
  upstream::Fleet fleet;

  StoreJournal journal;
  config::IntentWriter writer;
  Decisions decisions;
  Intent intent;
  base::LoopDirectoryWatcher directories;
  Reloader reloader;

  events::CallEvents call_events;
  activity::CallLedger ledger;
  tools::ToolFinder finder;
  tools::ResultCache results;
  tools::ManagementTools management;
  security::Sealer sealer;
  downstream::Surfaces surfaces;
  downstream::SealedSessions sealed_sessions;
  downstream::Callers callers;
  downstream::Subscriptions subscriptions;
  downstream::LogLevels log_levels;
  downstream::SessionTable sessions;
  downstream::CallTable calls;
  downstream::ServerRequests questions;
  downstream::UpstreamNews news;
  downstream::Offers offers;
  downstream::Dispatcher dispatcher;
  downstream::McpEndpoint mcp;
  downstream::SseConnections sse_connections;
  downstream::SseEndpoint sse;

  AdminCalls admin_calls;
  Admin admin;
  AgentActions agent_actions;
  security::ApiKey api_key;
  rest::Api api;
  Front front;
  http::Server server;
  MemoryKeeper memory;

  std::string listening_at;  // the base of all urls; empty until then
  ReadyReport report;
  std::optional<FirstLook> first_look;
  std::function<void()> drained;
};

Daemon::Parts::Parts(base::Loop& the_loop, base::FileSystem& the_files,
                     const DaemonOptions& the_options, LoadedConfig loaded, DataDir dir,
                     std::unique_ptr<storage::LmdbStore> the_store, storage::Snapshot snapshot,
                     security::Sealer the_sealer, security::ApiKey key, Front::Policy policy,
                     const rlimit& original_limits)
    : loop(the_loop),
      files(the_files),
      options(the_options),
      data_dir(std::move(dir)),
      store(std::move(the_store)),
      remembered(remembered_by_name(snapshot)),
      bus(snapshot.meta.event_epoch + 1, loop, loop.turn()),
      catalog((snapshot.meta.event_epoch + 1) << 32),
      uses(loop.runtime(), index, *store),
      streams(loop.runtime()),
      live_catalog({loop, catalog, index, *store, bus, audience, uses}),
      recorder(loop, live_catalog, *store, bus, snapshot.servers),
      transports(loop, stdio_options(data_dir, loaded.config, original_limits), own_environment()),
      fleet(
          {loop.runtime(), recorder, transports, transports,
           [this](auto work, auto then) { base::offload(loop, std::move(work), std::move(then)); }},
          {loaded.config.max_concurrent_connections}),
      journal(*store, loop),
      writer(
          files, journal,
          [this](auto work, auto then) { base::offload(loop, std::move(work), std::move(then)); },
          options.config_path, snapshot.last_revision),
      decisions(*store, journal, loop, snapshot.agent_marks),
      intent(
          files, writer, decisions, options.config_path,
          std::make_shared<const config::Config>(std::move(loaded.config)), loaded.hash,
          [this](config::Config& read) { lay_over(options, read); },
          [this](const auto& from, const auto& to) { apply(from, to); }),
      directories(loop),
      reloader({files, directories, loop.runtime(), intent, bus}, options.config_path,
               [this] { give_specs(*intent.config()); }),
      call_events(loop.turn()),
      ledger(loop, uses, call_events, *store),
      finder(catalog, index, fleet,
             [this](std::string_view group) { return members_of_group(*intent.config(), group); }),
      results(
          *store, loop,
          [this](auto work, auto then) { base::offload(loop, std::move(work), std::move(then)); }),
      management(agent_actions),
      sealer(std::move(the_sealer)),
      surfaces(catalog, fleet),
      sealed_sessions(sealer, loop),
      subscriptions(fleet, catalog, callers),
      log_levels(fleet, catalog),
      sessions(loop.runtime(), sealed_sessions),
      calls(loop, fleet, catalog, results, ledger, callers),
      questions(loop.runtime(), fleet, callers, calls),
      news(calls, subscriptions, log_levels),
      offers({catalog, fleet, calls, subscriptions, log_levels}),
      dispatcher({catalog, finder, results, management, fleet, surfaces, calls, sessions, offers,
                  questions}),
      mcp(loop, surfaces, dispatcher, sessions, calls, streams),
      sse_connections(loop.runtime(), calls),
      sse(loop, surfaces, dispatcher, sse_connections),
      admin_calls(loop, fleet, ledger),
      admin({files, loop, catalog, index, live_catalog, fleet, *store, recorder, transports.logs(),
             intent, bus, sessions, sse_connections, calls, admin_calls}),
      agent_actions(admin, loop),
      api_key(std::move(key)),
      api(admin, bus, loop.runtime(), &call_events),
      front(std::move(policy), api_key, mcp, sse, api),
      server(loop, connection_limits(*intent.config(), original_limits.rlim_max), front),
      memory(
          loop.runtime(),
          [this](auto work, auto then) { base::offload(loop, std::move(work), std::move(then)); },
          [this] { server.free_spare(); }) {
  const config::Config& running = *intent.config();
  storage::Batch batch;
  batch.put_meta({bus.last_id().epoch, /*clean_shutdown=*/false});
  store->commit(std::move(batch), [](const base::Result<void>&) {});
  store->on_health([this](bool working, const base::Error& reason) {
    admin.set_store_available(working);
    bus.publish(events::StoreStateChanged{working, working ? "" : base::one_line(reason)});
  });
  audience.add(streams);
  audience.add(sse_connections);
  recorder.attach(fleet, news, questions);
  callers.on_gone([this](upstream::CallerKey caller) { fleet.end_caller(caller); });
  recorder.set_config(intent.config());
  transports.set_environment_rules(environment_rules(running.environment));
  dispatcher.set_tools_limit(running.tools_limit);
  results.set_limit(running.tool_response_limit);
  management.set_writes_allowed(running.allow_mcp_management);
  admin.set_server(server);
  admin.set_reloader(reloader);
  if (!snapshot.meta.clean_shutdown) transports.remove_leftovers();
  transports.complete_path([this] { give_specs(*intent.config()); });
  give_specs(running);
  follow_surfaces(intent.config());
  restore_catalogs(running, std::move(snapshot.catalogs));
  set_search(running.search);
  keep_ended_sessions(sessions, *store, snapshot.ended_sessions, loop.wall_now());
  for (const storage::ToolUsesRecord& record : snapshot.uses) {
    if (const auto id = fleet.find(record.server)) uses.restore(*id, record);
  }
}

void Daemon::Parts::give_specs(const config::Config& config) {
  fleet.apply(
      upstream_specs(config, config::process_environment(), transports.inherited(), remembered));
  for (const config::ServerConfig& known : config.servers) {
    catalog.set_wanted(*fleet.find(known.name), known.enabled_tools, known.disabled_tools);
  }
}

void Daemon::Parts::follow_surfaces(const std::shared_ptr<const config::Config>& config) {
  const downstream::SurfaceChanges changes = surfaces.set_config(config);
  for (const auto& surface : changes.changed) audience.surface_changed(*surface);
  for (const auto& surface : changes.removed) audience.surface_removed(*surface);
}

void Daemon::Parts::set_search(const config::SearchConfig& settings) {
  uses.set_in_search(settings.count_use);
  // Each entry was tried when the configuration was read; together they may still be too much.
  auto lexicon =
      search::Lexicon::builtin().extended(fmt::format("{}", fmt::join(settings.synonyms, "\n")));
  if (lexicon) {
    index.set_lexicon(std::move(lexicon).value());
  } else {
    base::log::error(kLog, "search.synonyms is not used: {}", base::one_line(lexicon.error()));
  }
}

// Whoever knows the old one is shut out from now on.
void Daemon::Parts::set_api_key(const config::Config& config) {
  if (auto key = load_api_key(files, config, data_dir)) {
    api_key = std::move(key).value();
    tell_command_line();
  } else {
    base::log::error(kLog, "{}; the former api_key stays", base::one_line(key.error()));
  }
}

void Daemon::Parts::restore_catalogs(const config::Config& config,
                                     std::vector<storage::CatalogRecord> catalogs) {
  for (storage::CatalogRecord& record : catalogs) {
    const config::ServerConfig* known = config.find_server(record.server);
    const auto id = fleet.find(record.server);
    if (known != nullptr && id) live_catalog.restore(*id, config, *known, std::move(record));
  }
  for (const config::ServerConfig& known : config.servers) {
    const upstream::UpstreamId id = *fleet.find(known.name);
    live_catalog.set_state(id, known.name, fleet.view(id)->state);
  }
}

void Daemon::Parts::apply(const std::shared_ptr<const config::Config>& from,
                          const std::shared_ptr<const config::Config>& to) {
  const config::ConfigDiff difference = config::diff(*from, *to);
  for (const std::string& name : difference.servers_removed) {
    live_catalog.forget(*fleet.find(name), name);
    recorder.forget(name);
    uses.forget(*fleet.find(name));
    storage::Batch batch;
    batch.erase_server(name);
    store->write_behind(std::move(batch));
  }
  recorder.set_config(to);
  transports.set_environment_rules(environment_rules(to->environment));
  dispatcher.set_tools_limit(to->tools_limit);
  results.set_limit(to->tool_response_limit);
  management.set_writes_allowed(to->allow_mcp_management);
  fleet.set_options({to->max_concurrent_connections});
  give_specs(*to);
  if (!(from->search == to->search)) set_search(to->search);
  if (from->api_key != to->api_key) set_api_key(*to);
  base::log::set_level(log_level_of(to->logging.level));
  follow_surfaces(to);
  for (const config::ServerChange& change : difference.servers_changed) {
    if (!change.tools && !change.searchable) continue;
    live_catalog.refresh(*fleet.find(change.server), *to, *to->find_server(change.server));
  }
  if (auto policy = Front::Policy::of(*to)) {
    front.set_policy(std::move(policy).value());
  } else {
    base::log::error(kLog, "{}; the former rules stay", base::one_line(policy.error()));
  }
  for (events::Event& event : change_events(difference, *from, *to)) bus.publish(std::move(event));
  for (const config::Setting setting : difference.settings_changed) {
    if (config::needs_daemon_restart(setting)) {
      base::log::warn(kLog, "{} changed: restart mcptrunk for it to take effect",
                      to_string(setting));
    }
  }
}

base::Result<void> Daemon::Parts::listen() {
  const config::Listen& where = intent.config()->listen;
  const auto inherited = inherited_socket(config::process_environment(), ::getpid());
  const auto endpoint =
      inherited ? server.listen_on(*inherited) : server.listen(where.host, where.port);
  if (!endpoint) return endpoint.error();
  if (const auto own = server.listen_unix(data_dir.socket_file()); !own) {
    base::log::error(kLog, "commands reach this daemon by --url and --api-key only: {}",
                     base::one_line(own.error()));
  }
  const std::string base_url = "http://" + http::to_string(*endpoint);
  report.url = base_url + "/mcp";
  report.servers = intent.config()->servers.size();
  report.servers_enabled = admin.status().servers_enabled;
  report.tools = catalog.visible_tool_count();
  const bool knows_peers = base::can_know_tcp_peers();
  if (!knows_peers) {
    base::log::warn(kLog,
                    "the system does not tell which user connects: over TCP everybody needs "
                    "the key, unless local_users is \"all\"");
  }
  admin.set_identity({report.url, data_dir.path, options.config_path, loop.wall_now(), loop.now(),
                      intent.config(), knows_peers});
  listening_at = base_url;
  tell_command_line();
  return base::kDone;
}

// On a full disk agents are served all the same.
void Daemon::Parts::tell_command_line() {
  const Announcement announcement{listening_at, options.config_path,
                                  !intent.config()->api_key.empty()};
  if (const auto told = announce(files, data_dir, announcement); !told) {
    withdraw(files, data_dir);
    base::log::error(kLog, "its address is not told in {}: {}", data_dir.daemon_file(),
                     base::one_line(told.error()));
  }
}

void Daemon::Parts::stop_processes() {
  fleet.shutdown(kDrainProcesses, [this] { finish(); });
}

void Daemon::Parts::finish() {
  uses.flush();
  storage::Batch batch;
  batch.put_meta({bus.last_id().epoch, /*clean_shutdown=*/true});
  store->commit(std::move(batch), [](const base::Result<void>&) {});
  store->shutdown();
  withdraw(files, data_dir);
  std::exchange(drained, nullptr)();
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Daemon::~Daemon() = default;

base::Result<std::unique_ptr<Daemon>> Daemon::start(base::Loop& loop, base::FileSystem& files,
                                                    const DaemonOptions& options) {
  auto config = load_config(files, options);
  if (!config) return std::move(config).error();
  auto policy = Front::Policy::of(config->config);
  if (!policy) return std::move(policy).error();
  auto data_dir =
      open_data_dir(files, config->config.data_dir, options.data_dir ? "" : options.config_path,
                    config::process_environment());
  if (!data_dir) return std::move(data_dir).error();
  auto store = storage::LmdbStore::open(loop, {data_dir->path});
  if (!store) return std::move(store).error();
  auto snapshot = (*store)->load();
  if (!snapshot) return std::move(snapshot).error();
  if (auto logging = start_log(files, config->config, *data_dir); !logging)
    return std::move(logging).error();
  for (const std::string& note : config->notes) base::log::warn(kLog, "{}", note);
  const auto recovered =
      recover_intent(files, **store, options.config_path, *snapshot, loop.wall_now());
  if (!recovered) return recovered.error();
  if (*recovered) {
    config = load_config(files, options);
    if (!config) return std::move(config).error();
  }
  auto key = load_api_key(files, config->config, *data_dir);
  if (!key) return std::move(key).error();
  auto sealer = security::Sealer::load_or_create(files, data_dir->session_key_file());
  if (!sealer) return std::move(sealer).error();

  const rlimit limits = raise_file_limit();
  loop.on_slow_turn([](base::Duration held) {
    const auto took = std::chrono::duration_cast<base::Milliseconds>(held);
    const bool is_felt = took >= kFeltTurn;
    base::log::write(is_felt ? base::log::Level::warn : base::log::Level::info, kLog,
                     fmt::format("a loop turn took {} ms", took.count()));
  });
  auto parts = std::make_unique<Parts>(loop, files, options, std::move(config).value(),
                                       std::move(data_dir).value(), std::move(store).value(),
                                       std::move(snapshot).value(), std::move(sealer).value(),
                                       std::move(key).value(), std::move(policy).value(), limits);
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(parts)));
  if (auto listening = daemon->parts_->listen(); !listening) return std::move(listening).error();
  daemon->parts_->admin.set_state(events::DaemonState::ready);
  daemon->parts_->bus.publish(events::DaemonStateChanged{events::DaemonState::ready, {}});
  notify_service_manager(config::process_environment(), "READY=1");
  daemon->parts_->report.took = std::chrono::duration_cast<base::Milliseconds>(
      base::SystemClock().now() - options.executed_at);
  return daemon;
}

const ReadyReport& Daemon::ready_report() const {
  return parts_->report;
}

std::size_t Daemon::watch_first_look(std::function<void(const FirstLookReport&)> done) {
  Parts& parts = *parts_;
  std::set<std::string> unknown;
  for (const config::ServerConfig& server : parts.intent.config()->servers) {
    const auto remembered = parts.remembered.find(server.name);
    if (remembered != parts.remembered.end() && remembered->second.has_catalog) continue;
    const upstream::State state = parts.fleet.view(*parts.fleet.find(server.name))->state;
    const bool starts = state == upstream::State::queued || state == upstream::State::connecting;
    if (starts) unknown.insert(server.name);
  }
  const auto tell = [&parts, began = parts.loop.now(), done = std::move(done)](
                        std::size_t servers, std::size_t answered) {
    done({servers, answered, parts.catalog.visible_tool_count(),
          std::chrono::duration_cast<base::Milliseconds>(parts.loop.now() - began)});
  };
  return parts.first_look.emplace(parts.bus, std::move(unknown), tell).servers();
}

void Daemon::reload() {
  parts_->reloader.reload();
}

void Daemon::drain(std::function<void()> done) {
  Parts& parts = *parts_;
  parts.drained = std::move(done);
  parts.reloader.stop();
  parts.admin.set_state(events::DaemonState::draining);
  parts.bus.publish(events::DaemonStateChanged{events::DaemonState::draining, {}});
  notify_service_manager(config::process_environment(), "STOPPING=1");
  parts.server.drain(kDrainCalls, [&parts] { parts.stop_processes(); });
}

}  // namespace proxy::daemon
