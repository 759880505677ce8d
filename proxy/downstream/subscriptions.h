// Which clients want to hear of changes of which resources: one subscription at the upstream for
// all of them, and each update to those who asked. Resource.
//
// Ownership: the daemon's; fleet, catalog and callers outlive it, and it outlives the sessions,
// which end
//            their subscriptions as they go.
// Threads:   the loop thread.
// Limits:    kPerSessionMax subscriptions of kSessionBytesMax for each session and kBytesMax of
// all,
//            those included that wait for the upstream; beyond, they are refused. A URI that is
//            kept has at most protocol::kUriBytesMax.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "proxy/catalog/catalog.h"
#include "proxy/downstream/callers.h"
#include "proxy/downstream/reply.h"
#include "proxy/downstream/session.h"
#include "upstream/fleet/fleet.h"

namespace proxy::downstream {

// A resource as its upstream knows it, and as a client does.
struct WatchedResource {
  upstream::UpstreamId upstream = 0;
  std::string uri;
  std::string shown_uri;
  bool joined = false;  // the client's surface joins servers
};

class Subscriptions final : private upstream::CallSink {
 public:
  static constexpr std::uint32_t kPerSessionMax = 1000;
  static constexpr std::size_t kSessionBytesMax = 512UL * 1024;
  static constexpr std::size_t kBytesMax = 16UL * 1024 * 1024;

  Subscriptions(upstream::Fleet& fleet, const catalog::Catalog& catalog, Callers& callers)
      : fleet_(fleet), catalog_(catalog), callers_(callers) {}
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  // Answers once the upstream has, which is started for it; at once when it holds one already. An
  // upstream with subscriptions is not stopped for idleness.
  void subscribe(Session& session, Reply reply, std::string_view id, WatchedResource resource);
  // Also for what was never subscribed. The upstream is told when nobody is left.
  void unsubscribe(Session& session, const WatchedResource& resource);
  // All that the session has.
  void forget(Session& session);
  // The session can be told again: of each update it missed meanwhile, once.
  void tell_missed(Session& session);

  // A notifications/resources/updated of an upstream, also of a part of what is watched.
  void on_updated(upstream::UpstreamId upstream, std::string_view params);
  // A new connection knows nothing of subscriptions: they are made again. What they watch may have
  // changed meanwhile, so their clients are told.
  void on_ready(upstream::UpstreamId upstream);
  void on_gone(upstream::UpstreamId upstream);

 private:
  using Key = std::pair<upstream::UpstreamId, std::string>;
  struct Watcher {
    Session* session = nullptr;
    std::string shown_uri;
    bool joined = false;
    bool missed = false;  // an update, for want of a stream
  };
  struct Watch {
    bool held = false;  // by the upstream, in its present connection
    upstream::UpstreamLease lease;
    std::vector<Watcher> watchers;
  };
  using Watches = std::map<Key, Watch>;
  // A request that is with an upstream. Without session: nobody waits for it.
  struct Asked {
    Session* session = nullptr;
    Reply reply;
    std::string id;
    WatchedResource resource;
  };

  void on_result(upstream::CallTag tag, std::string_view result,
                 const protocol::Envelope& message) override;
  void on_error(upstream::CallTag tag, std::string_view error,
                const protocol::Envelope& message) override;
  void on_progress(upstream::CallTag, const protocol::Envelope&, std::string_view) override {}
  void on_failed(upstream::CallTag tag, const base::Error& error) override;

  // On behalf of `caller`: the server knows the URI from that client.
  base::Result<void> ask(std::string_view method, upstream::CallerKey caller, Asked asked);
  static upstream::CallerKey caller_of(const Watch& watch);
  Asked take(upstream::CallTag tag);
  // Why the session gets no more.
  std::optional<base::Error> refusal(const Session& session, const WatchedResource& resource) const;
  // One of the session's is kept, or no more. `bytes`: its cost().
  void count(Session& session, std::size_t bytes);
  void discount(Session& session, std::size_t bytes);
  // REQUIRES: counted.
  void add(Session& session, const WatchedResource& resource);
  // Whether the session had it.
  bool remove(std::string_view uri, Watch& watch, Session& session);
  // Nobody watches it any more: the upstream is told, if it runs.
  void drop(Watches::iterator watch, upstream::CallerKey caller);
  template <class Visit>
  void each_watch(upstream::UpstreamId upstream, Visit visit);
  void tell(Watch& watch, upstream::UpstreamId upstream, std::string_view watched_uri,
            std::string_view uri, std::string_view params);

  upstream::Fleet& fleet_;
  const catalog::Catalog& catalog_;
  Callers& callers_;
  Watches watches_;
  std::unordered_map<upstream::CallTag, Asked> asked_;
  upstream::CallTag last_tag_ = 0;
  std::size_t bytes_ = 0;  // of all sessions
};

}  // namespace proxy::downstream
