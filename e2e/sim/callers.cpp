#include "callers.h"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/envelope.h"

namespace sim {
namespace {
constexpr base::Duration kSlack = std::chrono::milliseconds(10);
}

void Callers::use(upstream::Fleet& fleet) {
  fleet_ = &fleet;
  for (const upstream::CallTag tag : open_) calls_[tag].end = {runtime_.now(), false};
  open_.clear();
  pending_ = 0;
}

void Callers::call(upstream::UpstreamId id, base::Duration deadline) {
  const std::uint64_t who = runtime_.random.below(clients_.size() + 2);
  call_as(who < clients_.size() ? clients_[who] : upstream::kNobody, id, deadline);
}

void Callers::call_as(upstream::CallerKey client, upstream::UpstreamId id,
                      base::Duration deadline) {
  const upstream::CallTag tag = calls_.size();
  const std::string arguments = fmt::format("{{\"tag\":{}}}", tag);
  const std::string token = fmt::format("\"t{}\"", tag);
  upstream::CallSpec spec;
  spec.method = "tools/call";
  spec.name = "echo";
  spec.arguments = arguments;
  if (tag % 3 == 0) spec.progress_token = token;
  spec.deadline = deadline;
  spec.caller = client;
  spec.tag = tag;
  spec.sink = this;
  calls_.push_back({{}, client, runtime_.now() + deadline + kSlack, {}});
  const bool nested = std::exchange(inside_fleet, true);
  const auto accepted = fleet_->call(id, spec);
  inside_fleet = nested;
  ++made_;
  if (!accepted) {
    calls_[tag].end = {runtime_.now(), false};
    report_.line(
        fmt::format("call {} to {} refused: {}", tag, id, base::to_string(accepted.error().code)));
    return;
  }
  calls_[tag].handle = *accepted;
  open_.push_back(tag);
  ++pending_;
  report_.line(fmt::format("call {} of client {} to {} accepted", tag, client, id));
}

void Callers::cancel_one() {
  if (open_.empty()) return;
  cancel(open_[runtime_.random.below(open_.size())]);
}

void Callers::cancel(upstream::CallTag tag) {
  const bool nested = std::exchange(inside_fleet, true);
  const bool cancelled = fleet_->cancel(calls_[tag].handle);
  inside_fleet = nested;
  if (!cancelled) report_.violate(fmt::format("call {} is open but cannot be cancelled", tag));
  finish(tag, false);
  report_.line(fmt::format("call {} cancelled", tag));
}

void Callers::replace_one() {
  replace(clients_[runtime_.random.below(clients_.size())]);
}

void Callers::replace_all() {
  for (upstream::CallerKey& client : clients_) replace(client);
}

void Callers::replace(upstream::CallerKey& client) {
  report_.line(fmt::format("client {} leaves", client));
  for (const upstream::CallTag tag : std::vector(open_)) {
    if (calls_[tag].client == client) cancel(tag);
  }
  const bool nested = std::exchange(inside_fleet, true);
  fleet_->end_caller(client);
  inside_fleet = nested;
  client = ++last_client_;
}

void Callers::check() const {
  for (const upstream::CallTag tag : open_) {
    if (runtime_.now() > calls_[tag].due) {
      report_.violate(fmt::format("call {} got no answer by its deadline", tag));
    }
  }
}

bool Callers::is_pending(upstream::CallTag tag, std::string_view what) {
  report_.line(fmt::format("call {} {}", tag, what));
  if (inside_fleet) report_.violate(fmt::format("call {} told inside a call of the fleet", tag));
  if (tag < calls_.size() && !calls_[tag].end) return true;
  report_.violate(fmt::format("call {} was told {} after it was over", tag, what));
  return false;
}

void Callers::finish(upstream::CallTag tag, bool answered) {
  calls_[tag].end = {runtime_.now(), answered};
  std::erase(open_, tag);
  --pending_;
}

// Some clients call again, or give up on another, as soon as they hear something.
void Callers::on_result(upstream::CallTag tag, std::string_view result, const protocol::Envelope&) {
  if (!is_pending(tag, "answered")) return;
  if (result != fmt::format("{{\"tag\":{}}}", tag)) {
    report_.violate(fmt::format("call {} got the answer {}", tag, result));
  }
  finish(tag, true);
  ++answered_;
  if (runtime_.random.below(8) == 0) cancel_one();
}

void Callers::on_error(upstream::CallTag tag, std::string_view, const protocol::Envelope&) {
  if (is_pending(tag, "answered by an error")) finish(tag, true);
}

void Callers::on_progress(upstream::CallTag tag, const protocol::Envelope&,
                          std::string_view token) {
  if (!is_pending(tag, "told of progress")) return;
  if (token != fmt::format("\"t{}\"", tag)) {
    report_.violate(fmt::format("call {} got progress with the token {}", tag, token));
  }
}

void Callers::on_failed(upstream::CallTag tag, const base::Error& error) {
  if (!is_pending(tag, base::to_string(error.code))) return;
  const upstream::UpstreamId id = calls_[tag].handle.upstream;
  const upstream::CallerKey client = calls_[tag].client;
  finish(tag, false);
  if (runtime_.random.below(4) == 0) call_as(client, id, std::chrono::seconds(20));
}

}  // namespace sim
