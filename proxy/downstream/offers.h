// What clients ask of prompts, resources, completions and log levels: answered from the catalog, or
// by the upstream that the name or URI leads to. Resource without state.
//
// Ownership: the daemon's; everything it is given outlives it.
// Threads:   the loop thread.
#pragma once
#include "protocol/envelope.h"
#include "proxy/catalog/catalog.h"
#include "proxy/downstream/call_table.h"
#include "proxy/downstream/log_levels.h"
#include "proxy/downstream/subscriptions.h"
#include "proxy/downstream/surface.h"

namespace proxy::downstream {

struct OfferParts {
  const catalog::Catalog& catalog;
  const upstream::Fleet& fleet;
  CallTable& calls;
  Subscriptions& subscriptions;
  LogLevels& levels;
};

class Offers {
 public:
  explicit Offers(const OfferParts& parts) : parts_(parts) {}
  Offers(const Offers&) = delete;
  Offers& operator=(const Offers&) = delete;

  // What initialize says that the surface has. It holds as long as the session, so what an upstream
  // may have that was never listed counts as there.
  protocol::ServerAbilities abilities_of(const Surface& surface) const;

  // Each answers `reply`, now or later; the envelope's bytes need not live on.
  static void list(protocol::ListKind kind, Surface& surface, const protocol::Envelope& request,
                   Reply reply);
  void get_prompt(Session& session, const Surface& surface, const protocol::Envelope& request,
                  Reply reply);
  void read_resource(Session& session, const Surface& surface, const protocol::Envelope& request,
                     Reply reply);
  void subscribe(Session& session, const Surface& surface, const protocol::Envelope& request,
                 Reply reply);
  void unsubscribe(Session& session, const Surface& surface, const protocol::Envelope& request,
                   Reply reply);
  void complete(Session& session, const Surface& surface, const protocol::Envelope& request,
                Reply reply);
  void set_log_level(Session& session, const Surface& surface, const protocol::Envelope& request,
                     Reply reply);

 private:
  // Nothing when the request was answered with what is wrong with its URI.
  std::optional<WatchedResource> resource_of(const Session& session, const Surface& surface,
                                             const protocol::Envelope& request, Reply& reply) const;

  OfferParts parts_;
};

}  // namespace proxy::downstream
