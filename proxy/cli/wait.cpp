#include "proxy/cli/wait.h"

#include <fmt/format.h>

#include <algorithm>

#include "proxy/cli/json_view.h"
#include "upstream/lifecycle/state.h"

namespace proxy::cli {
namespace {

constexpr std::chrono::milliseconds kPauseMin{50};
constexpr std::chrono::milliseconds kPauseMax{1'000};

Missed missed_of(const std::string& name, const rapidjson::Value& server) {
  const auto* error = base::json_object(server, "last_error");
  const std::string why = error != nullptr ? text_of(*error, "message") : text_of(server, "reason");
  const auto code = base::error_code_from(error != nullptr ? text_of(*error, "code") : "");
  return {name,
          {code.value_or(base::ErrorCode::deadline_exceeded),
           fmt::format("{}{}{}", text_of(server, "state"), why.empty() ? "" : ": ", why),
           fmt::format("mcptrunk servers why \"{}\"", name)}};
}

struct Look {
  bool pending = false;
  std::vector<Missed> missed;  // failed ones and pending ones
};

Look look(Goal goal, const std::vector<std::string>& names, const rapidjson::Value& data) {
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
  while (true) {
    const auto data = context.get("servers");
    if (!data) return data.error();
    const auto document = base::parse_document(*data, Context::kDataLimits);
    if (!document) return document.error();
    Look now = look(goal, names, *document);
    if (!now.pending || waited >= limit) return WaitOutcome{std::move(now.missed)};
    pause = std::min({pause, limit - waited, kPauseMax});
    context.pause(pause);
    waited += pause;
    pause *= 2;
  }
}

}  // namespace proxy::cli
