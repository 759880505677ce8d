// upstream_servers and groups: what agents may see and do of servers and groups. Reading is free;
// everything else needs allow_mcp_management and a caller with the key, and even then nothing an
// agent wrote runs before a person has approved it. Resource.
//
// Ownership: the daemon's; the actions outlive it.
// Threads:   the loop thread.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "proxy/security/trust.h"

namespace proxy::tools {

enum class ManagedKind : std::uint8_t { server, group };

enum class Operation : std::uint8_t {
  list,
  show,
  why,  // servers only
  enable,
  disable,
  restart,
  quarantine,  // servers only
  add,
  update,
  remove,
};

struct ManagementRequest {
  ManagedKind kind = ManagedKind::server;
  Operation operation = Operation::list;
  std::string name;    // of all but list, and of add where the config holds it
  std::string state;   // list of servers: only those in it; empty: all
  std::string group;   // list of servers: only its members; empty: all
  std::string config;  // add and update: a raw JSON object, safe to write (agent_config.h)
  security::Principal caller = security::Principal::local;  // who asks decides how much is shown
};

// What the daemon does for them. A seam.
class ManagementActions {
 public:
  // Raw JSON.
  using Answer = std::function<void(base::Result<std::string> json)>;
  virtual ~ManagementActions() = default;
  // Answers once, inside the call or later. Errors: what REST answers for the same.
  virtual void manage(const ManagementRequest& request, Answer answer) = 0;
};

bool only_reads(Operation operation);

// The arguments of the tool for `kind`. Errors: invalid_argument, forbidden (approving).
base::Result<ManagementRequest> management_request(ManagedKind kind, std::string_view arguments);

class ManagementTools {
 public:
  explicit ManagementTools(ManagementActions& actions) : actions_(actions) {}
  ManagementTools(const ManagementTools&) = delete;
  ManagementTools& operator=(const ManagementTools&) = delete;

  // allow_mcp_management.
  void set_writes_allowed(bool allowed) { writes_allowed_ = allowed; }

  // `arguments` is the raw value of params.arguments. Errors: forbidden besides those above.
  void run(ManagedKind kind, security::Principal caller, std::string_view arguments,
           ManagementActions::Answer answer);

 private:
  std::optional<base::Error> refusal(const ManagementRequest& request,
                                     security::Principal caller) const;

  ManagementActions& actions_;
  bool writes_allowed_ = false;
};

}  // namespace proxy::tools
