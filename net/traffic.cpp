#include "net/traffic.h"

#include <algorithm>
#include <utility>

namespace net {

Traffic::Traffic(base::Loop& loop, const NetworkOptions& options, Tell tell, Counts& counts)
    : loop_(loop),
      exchanges_max_(options.exchanges_max),
      tell_(std::move(tell)),
      counts_(counts),
      threads_(loop),
      resolver_(loop, threads_, options.look_up) {}

Traffic::~Traffic() {
  origins_.clear();
  count();
}

void Traffic::take(Order&& order) {
  if (order.kind == Order::Kind::forget_client) {
    const auto gone = origins_.find(order.client);
    if (gone == origins_.end()) return;
    turns_.remove(gone->second.get());
    origins_.erase(gone);
    return loop_.turn().schedule(start_hook_);
  }
  std::unique_ptr<Origin>& origin = origins_[order.passage->client];
  if (!origin) {
    Origin::Owner& owner = *this;
    origin = std::make_unique<Origin>(Origin::Parts{loop_, threads_, resolver_, stores_, running_},
                                      order.passage->site, owner);
  }
  switch (order.kind) {
    case Order::Kind::start:
      origin->add(std::move(order.passage));
      line_up(*origin);
      break;
    case Order::Kind::give_up:
      origin->give_up(order.passage);
      break;
    case Order::Kind::drain:
      origin->drain(order.passage);
      break;
    case Order::Kind::resume:
      origin->resume(order.passage);
      break;
    case Order::Kind::forget_client:
      break;
  }
}

void Traffic::line_up(Origin& origin) {
  loop_.turn().schedule(start_hook_);
  if (origin.in_turn || !origin.has_next(/*crowded=*/false)) return;
  origin.in_turn = true;
  turns_.push_back(&origin);
}

void Traffic::on_place(Origin& origin) {
  line_up(origin);
}

void Traffic::start_more() {
  while (!turns_.empty() && running_ < exchanges_max_) {
    Origin& origin = *turns_.front();
    turns_.pop_front();
    origin.in_turn = false;
    if (!origin.has_next(/*crowded=*/false)) continue;
    origin.start_next();
    line_up(origin);
  }
  start_urgent();
  count();
}

// There is no place for others.
void Traffic::start_urgent() {
  for (Origin* origin : turns_) {
    while (origin->has_next(/*crowded=*/true)) origin->start_next();
  }
}

void Traffic::count() {
  std::size_t connections = 0;
  for (const auto& [client, origin] : origins_) connections += origin->connections();
  counts_.running = static_cast<std::uint32_t>(running_);
  counts_.connections = static_cast<std::uint32_t>(connections);
  counts_.job_threads = static_cast<std::uint32_t>(threads_.threads());
}

}  // namespace net
