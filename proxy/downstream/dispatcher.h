// What each method of a client's message comes to: answered here, from the catalog, by our own
// tools, or by a call to an upstream. Knows sessions and surfaces, not HTTP's headers. Resource.
//
// Ownership: the daemon's; everything it is given outlives it.
// Threads:   the loop thread.
#pragma once
#include <cstdint>
#include <string_view>

#include "protocol/envelope.h"
#include "proxy/catalog/catalog.h"
#include "proxy/downstream/call_table.h"
#include "proxy/downstream/offers.h"
#include "proxy/downstream/server_requests.h"
#include "proxy/downstream/session_table.h"
#include "proxy/downstream/surfaces.h"
#include "proxy/tools/management.h"
#include "proxy/tools/meta_tool.h"
#include "proxy/tools/result_cache.h"
#include "proxy/tools/tool_finder.h"

namespace proxy::downstream {

struct DispatcherParts {
  const catalog::Catalog& catalog;
  const tools::ToolFinder& finder;
  tools::ResultCache& results;
  tools::ManagementTools& management;
  const upstream::Fleet& fleet;
  const Surfaces& surfaces;
  CallTable& calls;
  SessionTable& sessions;
  Offers& offers;
  ServerRequests& questions;
};

class Dispatcher {
 public:
  explicit Dispatcher(const DispatcherParts& parts) : parts_(parts) {}
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  // How many tools retrieve_tools gives when it is not told (tools_limit).
  void set_tools_limit(std::uint32_t limit) { tools_limit_ = limit; }

  // An `initialize`: opens a session for `principal` and answers with its id in Mcp-Session-Id.
  void initialize(Surface& surface, security::Principal principal,
                  const protocol::Envelope& request, Reply reply);
  // The same where the session is the client's stream: what initialize fixes goes into `session`.
  void initialize_in_place(Session& session, Surface& surface, const protocol::Envelope& request,
                           Reply reply);
  // Any other request of a session of that surface. The answer may come later; the envelope's bytes
  // need not live on.
  void request(Session& session, Surface& surface, const protocol::Envelope& request, Reply reply);
  // A message that is no request: a notification, or the answer to a request of ours.
  void other(Session& session, const protocol::Envelope& message);

 private:
  // What initialize fixes and answers; nothing when it was refused, and `reply` answered.
  std::optional<SessionFacts> greet(Surface& surface, security::Principal principal,
                                    const protocol::Envelope& request, Reply& reply) const;
  void append_greeting(std::string& out, const Surface& surface, const SessionFacts& facts) const;

  static void list_tools(Surface& surface, const protocol::Envelope& request, Reply reply);
  void call_tool(Session& session, const Surface& surface, const protocol::Envelope& request,
                 Reply reply);
  void call_direct(Session& session, const Surface& surface, const protocol::Envelope& request,
                   Reply reply);
  void call_meta_tool(Session& session, tools::MetaTool tool, const protocol::Envelope& request,
                      Reply reply);
  void read_cache(const Session& session, const protocol::Envelope& request, Reply reply);
  void manage(const Session& session, tools::ManagedKind kind, const protocol::Envelope& request,
              Reply reply);
  void call_by_id(Session& session, tools::MetaTool variant, const protocol::Envelope& request,
                  Reply reply);

  DispatcherParts parts_;
  std::uint32_t tools_limit_ = 15;
};

}  // namespace proxy::downstream
