#include "proxy/daemon/transports.h"

#include <unistd.h>

#include <cassert>
#include <map>

#include "base/log.h"
#include "proxy/daemon/http_sites.h"
#include "upstream/http/launched_transport.h"
#include "upstream/http/probing_transport.h"
#include "upstream/http/site_client.h"
#include "upstream/http/sse_transport.h"
#include "upstream/http/streamable_transport.h"
#include "upstream/transport/leftovers.h"
#include "upstream/transport/package_runner.h"
#include "upstream/transport/preflight.h"
#include "upstream/transport/stdio_transport.h"

namespace proxy::daemon {

using upstream::HttpLaunch;
using upstream::StdioLaunch;
using upstream::UpstreamSpec;

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    all.emplace_back(*entry);
  return all;
}

Transports::Transports(base::Loop& loop, upstream::StdioOptions options,
                       std::vector<std::string> environment)
    : loop_(loop),
      host_(loop, std::move(options)),
      network_(loop),
      environment_(std::move(environment)) {}

void Transports::remove_leftovers() {
  const std::string& owner = host_.options().owner;
  if (const int killed = upstream::kill_marked(owner + ":"); killed > 0) {
    base::log::warn("daemon", "{} processes of a daemon that was killed are ended", killed);
  }
  container_sweep_ = std::make_unique<upstream::ContainerSweep>(
      host_, upstream::child_environment(environment_, rules_, {}));
  container_sweep_->run(owner, [](std::size_t removed) {
    if (removed > 0)
      base::log::warn("daemon", "{} containers of a daemon that was killed are removed", removed);
  });
}

void Transports::complete_path(std::function<void()> completed) {
  // A terminal sets TERM; its shell has read the profile already.
  if (!upstream::find_variable(environment_, "TERM").empty() || !rules_.path.empty()) return;
  login_path_ = std::make_unique<upstream::LoginPath>(host_, upstream::user_shell(), environment_);
  login_path_->ask([this, completed = std::move(completed)](const std::string& path) {
    const std::string_view own = upstream::find_variable(environment_, "PATH");
    const std::string merged = upstream::merge_paths(own, path);
    if (path.empty() || merged == own) return;
    std::erase_if(environment_,
                  [](const std::string& entry) { return entry.starts_with("PATH="); });
    environment_.push_back("PATH=" + merged);
    completed();
  });
}

std::map<std::string, std::string> Transports::inherited() const {
  std::map<std::string, std::string> out;
  for (const std::string& entry : upstream::child_environment(environment_, rules_, {})) {
    const std::size_t equals = entry.find('=');
    out.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return out;
}

upstream::ChildSpec Transports::child_spec(const std::string& server,
                                           const StdioLaunch& launch) const {
  const std::map<std::string, std::string> own(launch.env.begin(), launch.env.end());
  upstream::ChildSpec child;
  child.server = server;
  child.command = launch.command;
  child.args = upstream::with_container_cleanup(launch.command, launch.args, host_.options().owner);
  child.environment = upstream::child_environment(environment_, rules_, own);
  child.working_dir = launch.working_dir;
  return child;
}

std::unique_ptr<upstream::Transport> Transports::create(upstream::UpstreamId,
                                                        const UpstreamSpec& spec) {
  const auto start = [&](const StdioLaunch& launch) {
    upstream::ChildSpec child = child_spec(spec.name, launch);
    child.secrets = spec.secrets;
    return std::make_unique<upstream::StdioTransport>(host_, std::move(child));
  };
  const auto* http = std::get_if<HttpLaunch>(&spec.launch);
  if (http == nullptr) return start(std::get<StdioLaunch>(spec.launch));
  if (!http->command) return dial(spec, *http);
  return std::make_unique<upstream::LaunchedTransport>(
      loop_.runtime(), start(*http->command),
      [this, spec] { return dial(spec, std::get<HttpLaunch>(spec.launch)); });
}

std::unique_ptr<upstream::HttpClient> Transports::client(const upstream::HttpSitePtr& site) {
  return std::make_unique<upstream::SiteClient>(site, network_.client(upstream::net_site(*site)));
}

std::unique_ptr<upstream::Transport> Transports::dial(const UpstreamSpec& spec,
                                                      const HttpLaunch& launch) {
  auto site = http_site(spec.name, launch, environment_);
  assert(site.ok());  // check() has looked
  site->message_bytes_max = host_.options().line_bytes_max;
  const auto shared = std::make_shared<const upstream::HttpSite>(std::move(site).value());
  switch (launch.dialect) {
    case HttpLaunch::Dialect::auto_detect:
      return std::make_unique<upstream::ProbingTransport>(
          loop_.runtime(), [this, shared] { return client(shared); }, shared->url,
          spec.memory.detected, spec.revision ? upstream::Ladder::legacy : upstream::Ladder::whole);
    case HttpLaunch::Dialect::sse:
      return std::make_unique<upstream::SseTransport>(loop_.runtime(), client(shared), shared->url);
    case HttpLaunch::Dialect::streamable:
      break;
  }
  return std::make_unique<upstream::StreamableTransport>(loop_.runtime(), client(shared),
                                                         shared->url);
}

std::optional<base::Error> Transports::check(const UpstreamSpec& spec) {
  const auto* http = std::get_if<HttpLaunch>(&spec.launch);
  if (http == nullptr) return missing_for(spec.name, std::get<StdioLaunch>(spec.launch));
  const auto site = http_site(spec.name, *http, environment_);
  if (!site) return site.error();
  return http->command ? missing_for(spec.name, *http->command) : std::nullopt;
}

std::optional<base::Error> Transports::missing_for(const std::string& server,
                                                   const StdioLaunch& launch) const {
  const auto problem = upstream::preflight(child_spec(server, launch));
  if (!problem) return std::nullopt;
  return base::Error{base::ErrorCode::server_unconfigured, problem->message, problem->remedy};
}

}  // namespace proxy::daemon
