#include "proxy/cli/wait.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "proxy/cli/json_view.h"
#include "upstream/lifecycle/state.h"

namespace proxy::cli {
namespace {

constexpr std::chrono::milliseconds kPauseMin{50};
constexpr std::chrono::milliseconds kPauseMax{1'000};

// In the other states the last failure is one of former times.
bool has_reason(upstream::State state) {
  using upstream::State;
  return state == State::backoff || state == State::auto_disabled || state == State::unconfigured ||
         state == State::login_required;
}

Missed missed_of(const std::string& name, const rapidjson::Value& server) {
  const std::string state = text_of(server, "state");
  Missed missed{name,
                {base::ErrorCode::deadline_exceeded, state,
                 fmt::format("mcptrunk servers why \"{}\"", name)}};
  const auto known = upstream::state_from(state);
  if (known && !has_reason(*known)) return missed;
  const auto* error = base::json_object(server, "last_error");
  const std::string why = error != nullptr ? text_of(*error, "message") : text_of(server, "reason");
  if (!why.empty()) missed.error.message += ": " + why;
  const auto code = base::error_code_from(error != nullptr ? text_of(*error, "code") : "");
  missed.error.code = code.value_or(missed.error.code);
  return missed;
}

struct Look {
  bool pending = false;
  std::vector<Missed> missed;  // failed ones and pending ones
};

// `free` are the names that no group has held so far.
Look look(Goal goal, const std::vector<std::string>& names, const rapidjson::Value& data,
          std::set<std::string>& free) {
  Look look;
  for (const std::string& name : names) {
    const rapidjson::Value* row = nullptr;
    for_each_in(data, "servers", [&](const rapidjson::Value& server) {
      if (base::json_string(server, "name") == name) row = &server;
    });
    if (row == nullptr) {
      look.missed.push_back(
          {name, {base::ErrorCode::not_found, "is gone", "mcptrunk servers list"}});
      continue;
    }
    const std::string held_by = text_of(*row, "held_by");
    std::string overtaken = overtaken_by(goal, *row);
    if (held_by.empty()) {
      free.insert(name);
    } else if (goal == Goal::running && free.contains(name)) {
      overtaken = fmt::format("is held by {} meanwhile", held_by);
    }
    if (!overtaken.empty()) {
      look.missed.push_back({name,
                             {base::ErrorCode::conflict, std::move(overtaken),
                              fmt::format("mcptrunk servers why \"{}\"", name)}});
      continue;
    }
    const Verdict verdict = judge(goal, *row);
    if (verdict == Verdict::reached) continue;
    look.pending = look.pending || verdict == Verdict::pending;
    look.missed.push_back(missed_of(name, *row));
  }
  return look;
}

}  // namespace

std::string one_line(const Missed& missed) {
  return fmt::format("{}: {}", missed.server, missed.error.message);
}

Goal goal_of_mode(std::string_view startup_mode) {
  const bool off = startup_mode == "disabled" || startup_mode == "quarantined";
  return off ? Goal::stopped : Goal::running;
}

std::string overtaken_by(Goal goal, const rapidjson::Value& server) {
  const std::string mode = text_of(server, "startup_mode");
  if (mode.empty() || goal_of_mode(mode) == goal) return {};
  if (goal == Goal::running) return fmt::format("was {} meanwhile", mode);
  return text_of(server, "held_by").empty() ? "was enabled meanwhile" : "";
}

Verdict judge(Goal goal, const rapidjson::Value& server) {
  using upstream::State;
  const auto state = upstream::state_from(text_of(server, "state"));
  if (!state) return Verdict::pending;
  const bool off = *state == State::disabled || *state == State::quarantined;
  if (goal == Goal::stopped) return off ? Verdict::reached : Verdict::pending;
  switch (*state) {
    case State::ready:
    case State::idle:
      return Verdict::reached;
    case State::disabled:
      return text_of(server, "held_by").empty() ? Verdict::failed : Verdict::reached;
    case State::quarantined:
    case State::unconfigured:
    case State::login_required:
    case State::auto_disabled:
      return Verdict::failed;
    case State::queued:
    case State::connecting:
    case State::backoff:
    case State::stopping:
      return Verdict::pending;
  }
  return Verdict::pending;
}

base::Result<WaitOutcome> wait_for(Context& context, Goal goal,
                                   const std::vector<std::string>& names,
                                   std::chrono::milliseconds limit) {
  std::chrono::milliseconds waited{0};
  std::chrono::milliseconds pause = kPauseMin;
  std::set<std::string> free;
  while (true) {
    const auto data = context.get("servers");
    if (!data) return data.error();
    const auto document = base::parse_document(*data, Context::kDataLimits);
    if (!document) return document.error();
    Look now = look(goal, names, *document, free);
    if (!now.pending || waited >= limit) return WaitOutcome{std::move(now.missed)};
    pause = std::min({pause, limit - waited, kPauseMax});
    context.pause(pause);
    waited += pause;
    pause *= 2;
  }
}

}  // namespace proxy::cli
