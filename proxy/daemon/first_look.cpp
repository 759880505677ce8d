#include "proxy/daemon/first_look.h"

#include <optional>
#include <utility>

#include "upstream/lifecycle/state.h"

namespace proxy::daemon {
namespace {

using upstream::State;

// Ready comes after the listing, stopping before it is known how it ended.
bool is_looked_at(State state) {
  return state != State::queued && state != State::connecting && state != State::stopping;
}

}  // namespace

FirstLook::FirstLook(events::EventBus& bus, std::set<std::string> servers, Done done)
    : servers_(servers.size()), left_(std::move(servers)), done_(std::move(done)) {
  if (left_.empty()) return;
  subscription_ =
      bus.subscribe({{events::EventType::server_state_changed}, {}, {}}, std::nullopt, *this);
}

bool FirstLook::on_event(const std::shared_ptr<const events::Published>& event) {
  const auto& change = std::get<events::ServerStateChanged>(event->event());
  const std::optional<State> to = upstream::state_from(change.to);
  if (!to || !is_looked_at(*to) || left_.erase(change.server) == 0) return true;
  if (*to == State::ready) ++answered_;
  if (!left_.empty()) return true;
  subscription_.reset();
  done_(servers_, answered_);
  return false;
}

}  // namespace proxy::daemon
