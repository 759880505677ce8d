#include "proxy/daemon/upstream_specs.h"

#include "base/digest.h"
#include "proxy/config/groups.h"
#include "proxy/config/secret_texts.h"
#include "proxy/config/to_json.h"
#include "upstream/transport/package_runner.h"

namespace proxy::daemon {
namespace {

using upstream::RunPolicy;
using upstream::UpstreamSpec;

constexpr base::Duration kHttpHealthInterval = std::chrono::minutes(5);
// Of a server reached over HTTP that names no numbers of its own: calls at the same time, and how
// many wait. It serves others too; a child of ours serves us alone.
constexpr std::uint32_t kHttpCallsMax = 256;
constexpr std::uint32_t kHttpQueueSize = 1024;

RunPolicy policy_of(config::StartupMode mode) {
  switch (mode) {
    case config::StartupMode::active:
      return RunPolicy::active;
    case config::StartupMode::lazy_loading:
      return RunPolicy::lazy;
    case config::StartupMode::disabled:
      return RunPolicy::disabled;
    case config::StartupMode::quarantined:
      break;
  }
  return RunPolicy::quarantined;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
  return fmt::format("{}", fmt::join(words, separator));
}

std::string held_by(const config::EffectiveMode& mode) {
  if (mode.held_by.empty()) return {};
  return fmt::format("group {}", join(mode.held_by, ", "));
}

// REQUIRES: at least one.
base::Error unset_variables(const std::vector<std::string>& names) {
  const bool several = names.size() > 1;
  return {base::ErrorCode::server_unconfigured,
          fmt::format("the variable{} {} {} not set", several ? "s" : "", join(names, ", "),
                      several ? "are" : "is"),
          fmt::format("Start mcptrunk with {} in its environment, or write the value, or a default "
                      "as ${{{}:-value}}, into the configuration",
                      several ? "them" : "it", names.front())};
}

upstream::Launch launch_of(const config::ServerConfig& server, config::ExpandedServer&& expanded) {
  std::optional<upstream::StdioLaunch> command;
  if (!expanded.command.empty()) {
    command = upstream::StdioLaunch{std::move(expanded.command),
                                    std::move(expanded.args),
                                    {expanded.env.begin(), expanded.env.end()},
                                    std::move(expanded.working_dir)};
  }
  if (server.is_stdio()) return *std::move(command);
  using Dialect = upstream::HttpLaunch::Dialect;
  Dialect dialect = Dialect::streamable;
  if (server.protocol == config::Protocol::auto_detect) dialect = Dialect::auto_detect;
  if (server.protocol == config::Protocol::sse) dialect = Dialect::sse;
  return upstream::HttpLaunch{std::move(expanded.url),
                              {expanded.headers.begin(), expanded.headers.end()},
                              dialect,
                              std::move(expanded.ca_file),
                              std::move(command)};
}

// The revision to offer without asking first; nothing when that is found out, as it is for one that
// cannot be spoken (the configuration's reader warns of it).
std::optional<protocol::Revision> revision_of(config::ProtocolEra era) {
  switch (era) {
    case config::ProtocolEra::auto_detect:
      return std::nullopt;
    case config::ProtocolEra::legacy:
      return protocol::kNewestLegacy;
    default:
      return protocol::accept_initialize(config::to_string(era));
  }
}

// A ping over HTTP is a request to somebody else's machine: rarer, unless the server says itself.
base::Duration health_interval_of(const config::Config& config,
                                  const config::ServerConfig& server) {
  const base::Duration interval = health_check_interval_of(config, server);
  if (server.is_stdio() || server.health_check_interval) return interval;
  return std::max<base::Duration>(interval, kHttpHealthInterval);
}

UpstreamSpec spec_of(const config::Config& config, const config::ServerConfig& server,
                     const config::EffectiveMode& mode, const config::Environment& environment,
                     const Variables& inherited) {
  config::ExpandedServer expanded = config::expand_server(server, environment);
  UpstreamSpec spec;
  spec.name = server.name;
  spec.policy = policy_of(mode.mode);
  spec.held_by = held_by(mode);
  if (!expanded.unset.empty()) {
    spec.unconfigured = unset_variables(expanded.unset);
  }
  if (!expanded.command.empty()) {
    spec.package_runner = upstream::package_runner_of(expanded.command, expanded.args).has_value();
  }
  spec.secrets = config::secret_texts(server, expanded, config.environment.custom_vars, inherited);
  spec.launch = launch_of(server, std::move(expanded));
  spec.connect_timeout = connect_timeout_of(config, server);
  spec.call_timeout = call_timeout_of(config, server);
  spec.idle_timeout = idle_stop_of(config, server);
  if (server.health_check) spec.health_interval = health_interval_of(config, server);
  spec.relist_interval = config.tool_discovery_interval;
  spec.auto_disable_threshold = auto_disable_threshold_of(config, server);
  spec.revision = revision_of(server.protocol_era);
  const bool over_http = !server.url.empty();
  spec.max_concurrent_requests =
      server.max_concurrent_requests.value_or(over_http ? kHttpCallsMax : 0);
  spec.own_instances = server.sharing == config::Sharing::session;
  spec.queue_size = server.queue_size.value_or(over_http ? kHttpQueueSize : spec.queue_size);
  spec.config_hash = config_hash(server);
  return spec;
}

}  // namespace

std::uint64_t config_hash(const config::ServerConfig& server) {
  config::ServerConfig own = server;
  own.startup_mode = config::StartupMode::active;
  own.groups.clear();
  return base::digest64(config::to_json(own));
}

std::vector<UpstreamSpec> upstream_specs(const config::Config& config,
                                         const config::Environment& environment,
                                         const Variables& inherited,
                                         const RememberedByName& remembered) {
  const std::vector<config::EffectiveMode> modes = config::effective_modes(config);
  std::vector<UpstreamSpec> specs;
  specs.reserve(config.servers.size());
  for (std::size_t i = 0; i < config.servers.size(); ++i) {
    UpstreamSpec spec = spec_of(config, config.servers[i], modes[i], environment, inherited);
    if (const auto known = remembered.find(spec.name); known != remembered.end()) {
      spec.memory = known->second.memory;
      spec.has_catalog = known->second.has_catalog;
    }
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace proxy::daemon
