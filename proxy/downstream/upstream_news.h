// What upstreams say outside of any request of theirs, brought to the clients it concerns.
// Resource without state.
//
// Ownership: the daemon's; everything it is given outlives it.
// Threads:   the loop thread.
#pragma once
#include <string_view>

#include "proxy/downstream/call_table.h"
#include "proxy/downstream/log_levels.h"
#include "proxy/downstream/subscriptions.h"

namespace proxy::downstream {

class UpstreamNews {
 public:
  UpstreamNews(CallTable& calls, Subscriptions& subscriptions, LogLevels& levels)
      : calls_(calls), subscriptions_(subscriptions), levels_(levels) {}
  UpstreamNews(const UpstreamNews&) = delete;
  UpstreamNews& operator=(const UpstreamNews&) = delete;

  // `caller`: the only client that it is for; kNobody: for all that it concerns. False: it is of no
  // kind that clients hear of.
  bool on_notification(upstream::UpstreamId upstream, upstream::CallerKey caller,
                       std::string_view method, std::string_view params);
  void on_state_changed(upstream::UpstreamId upstream, upstream::State from, upstream::State to);
  // It knows nothing any more of what was asked of it.
  void on_session_renewed(upstream::UpstreamId upstream);

 private:
  CallTable& calls_;
  Subscriptions& subscriptions_;
  LogLevels& levels_;
};

}  // namespace proxy::downstream
