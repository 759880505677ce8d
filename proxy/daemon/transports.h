// How the fleet reaches upstreams: a child process behind pipes for each stdio server, the
// network for those with a url. Resource.
//
// Ownership: the daemon's; outlives the fleet.
// Threads:   the loop thread.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "net/network.h"
#include "upstream/fleet/fleet_observer.h"
#include "upstream/http/exchange.h"
#include "upstream/http/http_site.h"
#include "upstream/transport/child_spec.h"
#include "upstream/transport/container_sweep.h"
#include "upstream/transport/environment.h"
#include "upstream/transport/login_path.h"
#include "upstream/transport/stdio_host.h"

namespace proxy::daemon {

class Transports final : public upstream::TransportFactory, public upstream::Preflight {
 public:
  // `environment`: the daemon's own, as "NAME=value".
  Transports(base::Loop& loop, upstream::StdioOptions options,
             std::vector<std::string> environment);
  Transports(const Transports&) = delete;
  Transports& operator=(const Transports&) = delete;

  // For children started from now on.
  void set_environment_rules(upstream::EnvironmentRules rules) { rules_ = std::move(rules); }
  // What every server's process has in its environment, by these rules.
  std::map<std::string, std::string> inherited() const;

  // Ends what an earlier daemon of this data directory left behind when it was killed: its
  // processes now, its containers in the background.
  void remove_leftovers();
  // Started from a desktop or by a service manager, PATH lacks what users add in their profile:
  // then a login shell is asked, once, and `completed` called when that added something. REQUIRES:
  // called once.
  void complete_path(std::function<void()> completed);

  const upstream::LogDirectory& logs() { return host_.logs(); }

  std::unique_ptr<upstream::Transport> create(upstream::UpstreamId id,
                                              const upstream::UpstreamSpec& spec) override;
  std::optional<base::Error> check(const upstream::UpstreamSpec& spec) override;

 private:
  upstream::ChildSpec child_spec(const std::string& server,
                                 const upstream::StdioLaunch& launch) const;
  std::optional<base::Error> missing_for(const std::string& server,
                                         const upstream::StdioLaunch& launch) const;
  std::unique_ptr<upstream::Transport> dial(const upstream::UpstreamSpec& spec,
                                            const upstream::HttpLaunch& launch);
  std::unique_ptr<upstream::HttpClient> client(const upstream::HttpSitePtr& site);

  base::Loop& loop_;
  upstream::StdioHost host_;
  net::Network network_;
  std::vector<std::string> environment_;
  upstream::EnvironmentRules rules_;
  std::unique_ptr<upstream::ContainerSweep> container_sweep_;
  std::unique_ptr<upstream::LoginPath> login_path_;
};

// The environment of this process.
std::vector<std::string> own_environment();

}  // namespace proxy::daemon
