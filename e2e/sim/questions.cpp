#include "questions.h"

#include <fmt/format.h>

#include <algorithm>

#include "upstream/session/audience.h"

namespace sim {

using upstream::CallerKey;

void Questions::heard(std::uint64_t process, upstream::CallTag call) {
  heard_[process].push_back(call);
}

// Whose calls the process has, or had of late.
std::set<CallerKey> Questions::clients_of_late(std::uint64_t process) const {
  const auto calls = heard_.find(process);
  if (calls == heard_.end()) return {};
  std::set<CallerKey> clients;
  for (const upstream::CallTag call : calls->second) {
    if (is_of_late(call)) clients.insert(callers_.client_of(call));
  }
  return clients;
}

bool Questions::is_of_late(upstream::CallTag call) const {
  const auto end = callers_.end_of(call);
  return !end || runtime_.now() < end->at + upstream::Audience::kRemembered;
}

void Questions::told(std::uint64_t process, upstream::CallTag call, CallerKey client) {
  if (clients_of_late(process) == std::set{client} &&
      (!is_of_late(call) || callers_.client_of(call) == client)) {
    return;
  }
  report_.violate(
      fmt::format("client {} hears what process {} logs of call {}", client, process, call));
}

bool Questions::asked(const upstream::ServerRequestRef& question, std::uint64_t process,
                      CallerKey client) {
  ++relayed_;
  report_.line(fmt::format("process {} asks client {}", process, client));
  const std::set<CallerKey> clients = clients_of_late(process);
  if (question.instance == 0 && clients != std::set{client}) {
    report_.violate(fmt::format("process {} asks client {}, which is a stranger or one of {}",
                                process, client, clients.size()));
  }
  if (random_.below(4) == 0) return false;
  const Key key{question.upstream, question.instance, question.session,
                std::string(question.raw_id)};
  if (!open_.emplace(key, process).second) {
    report_.violate(fmt::format("process {} asks the same twice", process));
  }
  return true;
}

void Questions::over(const upstream::ServerRequestRef& question) {
  std::erase_if(open_, [&](const auto& entry) {
    const auto& [server, instance, session, id] = entry.first;
    return server == question.upstream && instance == question.instance &&
           session == question.session && (question.raw_id.empty() || id == question.raw_id);
  });
}

std::optional<std::uint64_t> Questions::answer_one(upstream::Fleet& fleet) {
  if (open_.empty()) return std::nullopt;
  const auto chosen = std::next(open_.begin(), static_cast<long>(random_.below(open_.size())));
  const auto [key, process] = *chosen;
  const auto& [server, instance, session, id] = key;
  open_.erase(chosen);
  const bool is_error = random_.below(3) == 0;
  const std::string_view body = is_error ? R"({"code":-32603,"message":"no"})" : "{}";
  if (fleet.answer({server, session, id, instance}, is_error, body)) return std::nullopt;
  return process;
}

void Questions::power_cut() {
  open_.clear();
  heard_.clear();
}

}  // namespace sim
