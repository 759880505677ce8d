// What agents do through upstream_servers and groups: the same as REST, through the same service,
// with lists short enough for an agent's context. Resource.
//
// Ownership: the daemon's; service and clock outlive it.
// Threads:   the loop thread.
#pragma once
#include "base/clock.h"
#include "proxy/rest/admin_service.h"
#include "proxy/tools/management.h"

namespace proxy::daemon {

class AgentActions final : public tools::ManagementActions {
 public:
  AgentActions(rest::AdminService& service, const base::Clock& clock)
      : service_(service), clock_(clock) {}
  AgentActions(const AgentActions&) = delete;
  AgentActions& operator=(const AgentActions&) = delete;

  void manage(const tools::ManagementRequest& request, Answer answer) override;

 private:
  void manage_server(const tools::ManagementRequest& request, Answer answer);
  void manage_group(const tools::ManagementRequest& request, Answer answer);
  base::Result<std::string> list_servers(const tools::ManagementRequest& request);
  base::Result<std::string> show(const tools::ManagementRequest& request);
  base::Result<std::string> explain(const tools::ManagementRequest& request);

  rest::AdminService& service_;
  const base::Clock& clock_;
};

}  // namespace proxy::daemon
