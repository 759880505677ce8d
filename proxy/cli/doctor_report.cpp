#include "proxy/cli/doctor_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/cli/daemon_connection.h"
#include "proxy/cli/json_view.h"
#include "proxy/security/host_origin.h"

namespace proxy::cli {
namespace {

void append(Findings& to, Findings from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

// The states out of which a server does not come by itself, or has not for a while.
bool needs_help(const std::string& state) {
  return state == "unconfigured" || state == "auto_disabled" || state == "backoff" ||
         state == "login_required";
}

Finding finding_of(Context& context, const rapidjson::Value& row) {
  const std::string name = text_of(row, "name");
  const std::string state = text_of(row, "state");
  Finding finding{"server " + name, Health::problem, state,
                  fmt::format("mcptrunk servers why \"{}\"", name)};
  const auto data = context.get("servers/" + percent_encoded(name));
  const auto detail = data ? base::parse_document(*data, Context::kDataLimits) : data.error();
  if (!detail) return finding;
  if (const auto* why = base::json_object(*detail, "why")) {
    finding.message = fmt::format("{}: {}", state, text_of(*why, "summary"));
    finding.remedy = text_of(*why, "fix");
  }
  return finding;
}

// As the daemon judges it, which may listen elsewhere than the file says.
bool is_beyond_loopback(const config::Config& config, std::string_view url) {
  constexpr std::string_view kPath = "/mcp";
  if (url.ends_with(kPath)) url.remove_suffix(kPath.size());
  const auto parts = parts_of_url(url);
  const auto policy = security::HostOriginPolicy::make(
      parts ? parts->host : config.listen.host, config.trusted_hosts, config.trusted_origins);
  return policy && policy->reachable_beyond_loopback();
}

// Who is served without a key.
Finding look_at_local_users(const config::Config& config, const rapidjson::Value& status) {
  constexpr std::string_view kCheck = "local users";
  const bool is_for_all = text_of(status, "local_users") == "all";
  if (is_beyond_loopback(config, text_of(status, "url"))) {
    return {std::string(kCheck),
            Health::good,
            "over TCP everybody needs the key: it listens or trusts beyond loopback",
            {}};
  }
  if (config.require_mcp_auth) {
    return {std::string(kCheck), Health::good, "everybody needs the key (require_mcp_auth)", {}};
  }
  if (is_for_all) {
    return {std::string(kCheck), Health::notice,
            "every user of this machine may call tools without the key",
            "set \"local_users\": \"own\" in the configuration, unless that is meant"};
  }
  if (!flag_of(status, "knows_local_users")) {
    return {std::string(kCheck), Health::notice,
            "the system does not tell which user connects, so over TCP everybody needs the key",
            "give agents the key, let them start `mcptrunk stdio`, which needs none, or set "
            "\"local_users\": \"all\""};
  }
  return {std::string(kCheck),
          Health::good,
          "only programs of the daemon's own user may call tools without the key",
          {}};
}

// What the running daemon says of itself and its servers.
Findings look_at_daemon(Context& context, const config::Config& config,
                        const rapidjson::Value& status) {
  Findings findings{
      {"daemon",
       Health::good,
       fmt::format("{} runs at {}", text_of(status, "version"), text_of(status, "url")),
       {}}};
  if (!flag_of(status, "store_available")) {
    findings.push_back({"daemon", Health::problem, "its store does not take changes",
                        "make room on the disk of " + text_of(status, "data_dir")});
  }
  if (const std::string rejected = text_of(status, "config_rejected"); !rejected.empty()) {
    findings.push_back(
        {"daemon", Health::problem,
         "it runs with an older configuration, because the file is not usable: " + rejected,
         "mcptrunk config check"});
  }
  if (const std::string changed = list_of(status, "needs_restart"); !changed.empty()) {
    findings.push_back(
        {"daemon", Health::problem,
         fmt::format("{} changed in the file and takes effect at its next start", changed),
         "restart mcptrunk serve"});
  }
  findings.push_back(look_at_local_users(config, status));
  const auto data = context.get("servers");
  const auto list = data ? base::parse_document(*data, Context::kDataLimits) : data.error();
  if (!list) return findings;
  std::size_t fine = 0;
  for_each_in(*list, "servers", [&](const rapidjson::Value& row) {
    if (needs_help(text_of(row, "state"))) {
      findings.push_back(finding_of(context, row));
    } else {
      ++fine;
    }
  });
  findings.push_back({"servers", Health::good, fmt::format("{} need nothing", fine), {}});
  return findings;
}

// What keeps us from the daemon may be the fault of a file, which is in the report by then.
bool is_told(const Findings& findings, const std::string& message) {
  return std::ranges::find(findings, message, &Finding::message) != findings.end();
}

// What the daemon answers about its status; nothing when none runs.
base::Result<std::string> daemon_status(Context& context, Findings& findings) {
  auto status = context.get("status");
  if (status) return status;
  if (status.error().code == base::ErrorCode::daemon_unreachable) {
    findings.push_back(
        {"daemon", Health::notice, status.error().message, serve_command(context.daemon)});
  } else if (!is_told(findings, status.error().message)) {
    findings.push_back({"daemon", Health::problem, status.error().message, status.error().remedy});
  }
  return status;
}

}  // namespace

Findings examine(Context& context) {
  const std::string path = config_path(context.daemon, context.env());
  const auto dir = data_dir(context.daemon, context.env(), context.files());
  config::Config config;
  const bool is_named = is_config_named(context.daemon, context.env());
  Findings findings = look_at_config(context.files(), path, is_named, config);
  if (dir) {
    append(findings, look_at_data_dir(context.files(), *context.machine, *dir));
    append(findings, look_at_clock(context.files(), *context.machine, *dir));
  } else {
    findings.push_back(
        {"data directory", Health::problem, dir.error().message, dir.error().remedy});
  }
  append(findings, look_at_open_files(*context.machine, config));
  const auto status = daemon_status(context, findings);
  const auto document = status ? base::parse_document(*status) : status.error();
  if (document) {
    append(findings, look_at_daemon(context, config, *document));
  } else if (!status && status.error().code == base::ErrorCode::daemon_unreachable) {
    append(findings, look_at_port(*context.machine, config));
    append(findings, look_at_servers(config, context.env()));
  }
  return findings;
}

std::size_t problems_in(const Findings& findings) {
  return static_cast<std::size_t>(std::ranges::count(findings, Health::problem, &Finding::health));
}

std::string report_json(const Findings& findings) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().field("problems", problems_in(findings)).key("findings").begin_array();
  for (const Finding& one : findings) {
    out.begin_object().field("check", one.check).field("health", to_string(one.health));
    out.field("message", one.message).field("remedy", one.remedy).end_object();
  }
  out.end_array().end_object();
  return text;
}

}  // namespace proxy::cli
