// What upstreams say outside of any request of theirs, brought to the clients it concerns.
// Resource without state.
//
// Who gets what of a server that several share, so that nobody reads what another told it
// (upstream/session/audience.h says whom it can mean; on the stream of a request, over HTTP, that
// is its caller):
//   answer, error                   the call whose id it has; ids are never used twice
//   notifications/progress          the call whose token it has, while it lasts and, over HTTP, on
//                                   its own stream only
//   sampling, elicitation           the client it can only mean, else it is refused; roots: nobody
//   notifications/cancelled         whoever was asked that, in our words
//   notifications/message           the client it can only mean, else nobody
//   notifications/resources/updated who has subscribed to that resource, or to what it is part of
//   .../list_changed                nobody: the lists are read again, and what changed of them is
//                                   announced to all, without a word of the server's
//   elicitation/complete, tasks/status and every other method: nobody
//   the line of stderr that tells why it ended: the calls of the client it can only mean; all,
//                                   when no client had called yet
//   results that are stored, cursors, completions: whoever asked; they are kept or made by client
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

  // False: it is of no kind that clients hear of.
  bool on_notification(const upstream::NoticeSource& source, std::string_view method,
                       std::string_view params);
  void on_state_changed(upstream::UpstreamId upstream, upstream::State from, upstream::State to);
  // It knows nothing any more of what was asked of it.
  void on_session_renewed(upstream::UpstreamId upstream);

 private:
  CallTable& calls_;
  Subscriptions& subscriptions_;
  LogLevels& levels_;
};

}  // namespace proxy::downstream
