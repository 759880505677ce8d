// The user's intent, as read from mcp_config.json: immutable values without behaviour. Values.
//
// The parser is the only maker; a reload makes a new Config and never changes an old one. Share it
// as std::shared_ptr<const Config>. Command, arguments, environment, URLs, headers and paths are
// kept as written: `${...}` and `~` are expanded at use (expansion.h). Limits: kServersMax servers,
// kGroupsMax groups; the parser refuses more. Cost:   about 1 KiB a server.
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proxy::config {

inline constexpr std::size_t kServersMax = 10'000;
inline constexpr std::size_t kGroupsMax = 1'000;

using Duration = std::chrono::milliseconds;

// What the user wants of a server. What became of it (auto_disabled and so on) is not in the file.
enum class StartupMode : std::uint8_t { active, lazy_loading, disabled, quarantined };

enum class Protocol : std::uint8_t { stdio, http, streamable_http, sse, auto_detect };

// shared: one upstream session for all clients; session: one for each downstream session.
enum class Sharing : std::uint8_t { shared, session };

enum class RoutingMode : std::uint8_t { retrieve_tools, direct };
// Who on this machine needs no key: the user that the daemon runs as, or everybody.
enum class LocalUsers : std::uint8_t { own, all };

// How a server is spoken to first; a revision pins it.
enum class ProtocolEra : std::uint8_t {
  auto_detect,
  legacy,
  v2024_11_05,
  v2025_03_26,
  v2025_06_18,
  v2025_11_25,
  v2026_07_28,
};

enum class LogLevel : std::uint8_t { trace, debug, info, warning, error };

// The words of the file ("lazy_loading", "streamable-http", "auto").
std::string_view to_string(StartupMode mode);
std::string_view to_string(Protocol protocol);
std::string_view to_string(Sharing sharing);
std::string_view to_string(RoutingMode mode);
std::string_view to_string(LocalUsers users);
std::string_view to_string(ProtocolEra era);
std::string_view to_string(LogLevel level);

struct Listen {
  std::string host = "127.0.0.1";  // a name or an address; IPv6 without brackets
  std::uint16_t port = 8080;       // 0: the system chooses
  bool operator==(const Listen&) const = default;
};
// "host:port", IPv6 in brackets.
std::string to_string(const Listen& listen);

struct OAuthConfig {
  std::string client_id;
  std::string client_secret;  // secret
  std::string redirect_uri;
  std::vector<std::string> scopes;
  bool pkce_enabled = true;
  std::map<std::string, std::string> extra_params;
  bool operator==(const OAuthConfig&) const = default;
};

// Runs a stdio command inside a container.
struct IsolationConfig {
  bool enabled = false;
  std::string image;
  std::string network_mode;
  std::string memory_limit;  // as docker takes it: "512m"
  std::string cpu_limit;     // as docker takes it: "1.0"
  std::string working_dir;
  std::vector<std::string> extra_args;
  bool operator==(const IsolationConfig&) const = default;
};

struct ServerConfig {
  std::string name;  // unique; 1-64 of [A-Za-z0-9_. -]
  std::string description;

  // Either a command (stdio) or a url; both together mean: launch the command, then dial the url,
  // and need an http protocol that is written out.
  std::string command;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;  // values are secrets
  std::string working_dir;
  std::string url;
  std::map<std::string, std::string> headers;  // values are secrets
  std::string ca_file;                         // PEM: certificates to trust besides the system's

  Protocol protocol = Protocol::stdio;  // when absent: stdio for a command, auto for a url
  StartupMode startup_mode = StartupMode::active;
  bool lazy_when_released =
      false;  // disabled or quarantined: lazy_loading again when it no more is
  Sharing sharing = Sharing::shared;
  ProtocolEra protocol_era = ProtocolEra::auto_detect;

  std::vector<std::string> groups;  // as intended, every synonym resolved; no duplicates
  std::vector<std::string> tags;

  // Absent: the top-level value holds (see the functions below Config).
  std::optional<Duration> connect_timeout;
  std::optional<Duration> call_timeout;
  std::optional<Duration>
      idle_timeout;  // a server that is not lazy stops when idle only if this is set
  std::optional<std::uint32_t> auto_disable_threshold;
  std::optional<Duration> health_check_interval;
  bool health_check = true;  // false: no pings while idle

  std::optional<std::uint32_t> max_concurrent_requests;  // absent: no limit of its own
  std::optional<std::uint32_t> queue_size;               // calls that wait beyond that limit

  // At most one of the two is set; names as the upstream gives them.
  std::optional<std::vector<std::string>> enabled_tools;
  std::vector<std::string> disabled_tools;

  std::optional<OAuthConfig> oauth;
  std::optional<IsolationConfig> isolation;

  bool is_stdio() const { return protocol == Protocol::stdio; }
  bool is_launched_then_dialled() const { return !command.empty() && !url.empty(); }
  bool operator==(const ServerConfig&) const = default;
};

struct GroupConfig {
  std::string name;
  std::string description;
  std::string parent;  // empty: a root
  bool enabled = true;
  std::string color;
  std::optional<std::int64_t> id;  // what `group_id` of a server refers to
  bool declared = true;  // false: only named by a server or as a parent, exists implicitly
  bool operator==(const GroupConfig&) const = default;
};

// A token bucket; rate 0 is off.
struct RateLimit {
  double calls_per_second = 0;
  std::uint32_t burst = 0;  // 0: one second's worth
  bool operator==(const RateLimit&) const = default;
};

struct LimitsConfig {
  RateLimit global;
  RateLimit per_client;
  RateLimit per_server;
  std::uint32_t calls_in_flight_max = 10'000;
  std::uint32_t sessions_max = 10'000;
  std::uint64_t message_bytes_max = 16U * 1024 * 1024;
  std::string redis_url;  // shared limits; empty: this process only. May hold a password
  bool operator==(const LimitsConfig&) const = default;
};

struct CacheConfig {
  bool enabled = false;
  Duration ttl = std::chrono::minutes(5);
  std::uint64_t bytes_max = 64U * 1024 * 1024;
  std::string redis_url;  // may hold a password
  bool operator==(const CacheConfig&) const = default;
};

struct LoggingConfig {
  LogLevel level = LogLevel::info;
  bool enable_console = true;
  bool enable_file = true;
  bool json_format = false;
  std::string filename = "main.log";
  std::uint64_t file_bytes_max = 10U * 1024 * 1024;  // `max_size` in the file, in MiB
  std::uint32_t max_backups = 5;
  bool operator==(const LoggingConfig&) const = default;
};

// What children inherit.
struct EnvironmentConfig {
  bool inherit_system_safe = true;
  std::vector<std::string> allowed_system_vars;    // empty: the built-in list
  std::map<std::string, std::string> custom_vars;  // values are secrets
  std::string path;                                // replaces PATH; empty: completed once at start
  bool operator==(const EnvironmentConfig&) const = default;
};

struct SearchConfig {
  // Further entries of the lexicon (search/lexicon.h): "same: deploy, ship", "also: k8s >
  // kubernetes"; one without a colon is a "same".
  std::vector<std::string> synonyms;
  bool count_use = true;  // tools that were used with success rank a little higher
  bool operator==(const SearchConfig&) const = default;
};

struct Config {
  Listen listen;
  std::string data_dir = "~/.mcptrunk";
  std::string backup_dir;  // empty: data_dir/backups; the only place REST has backups written to
  RoutingMode routing_mode = RoutingMode::retrieve_tools;
  std::uint32_t tools_limit = 15;              // 1-100
  std::uint64_t tool_response_limit = 20'000;  // characters; 0: off
  Duration call_tool_timeout = std::chrono::minutes(2);
  Duration connect_timeout = std::chrono::seconds(60);
  Duration idle_timeout = std::chrono::minutes(10);
  bool enable_lazy_loading = false;               // true: `active` is treated as `lazy_loading`
  std::uint32_t max_concurrent_connections = 10;  // slots of starting servers
  std::uint32_t auto_disable_threshold = 3;       // consecutive failures
  Duration health_check_interval = std::chrono::seconds(30);
  Duration tool_discovery_interval = std::chrono::minutes(5);
  std::uint32_t tool_name_length_max = 48;
  std::string api_key;  // secret; empty: generated into data_dir/api_key
  bool require_mcp_auth = false;
  LocalUsers local_users = LocalUsers::own;
  std::vector<std::string> trusted_hosts;
  std::vector<std::string> trusted_origins;
  bool allow_mcp_management = false;
  bool read_only_mode = false;
  bool disable_management = false;
  LimitsConfig limits;
  CacheConfig cache;
  LoggingConfig logging;
  EnvironmentConfig environment;
  SearchConfig search;

  std::vector<GroupConfig> groups;    // in file order, implicit ones last; names are unique
  std::vector<ServerConfig> servers;  // in file order; names are unique

  // Linear; null when there is none. The pointer lives as long as the Config.
  const ServerConfig* find_server(std::string_view name) const;
  const GroupConfig* find_group(std::string_view name) const;

  bool operator==(const Config&) const = default;
};

// A server's value where it has one, else the top level's.
Duration connect_timeout_of(const Config& config, const ServerConfig& server);
Duration call_timeout_of(const Config& config, const ServerConfig& server);
Duration health_check_interval_of(const Config& config, const ServerConfig& server);
std::uint32_t auto_disable_threshold_of(const Config& config, const ServerConfig& server);

// After how long without use the server stops; nothing when it never does (it is not lazy and sets
// no idle_timeout of its own).
std::optional<Duration> idle_stop_of(const Config& config, const ServerConfig& server);

// Active or lazy_loading.
bool may_run(StartupMode mode);

// What a server is once it is neither disabled nor quarantined.
StartupMode released_mode(const ServerConfig& server);

// Gives it another mode; one that is lazy, or was, remembers it while it is held.
void set_mode(ServerConfig& server, StartupMode mode);

// The startup mode with enable_lazy_loading applied; groups are not looked at (groups.h).
StartupMode mode_of(const Config& config, const ServerConfig& server);

}  // namespace proxy::config
