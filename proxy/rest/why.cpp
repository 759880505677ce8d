#include "proxy/rest/why.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/secret_mask.h"
#include "base/shell_word.h"
#include "proxy/rest/stderr_hint.h"

namespace proxy::rest {
namespace {

std::string command(std::string_view verb, const ServerDetail& detail) {
  return fmt::format("mcptrunk servers {} {}", verb, base::shell_word(detail.row.name));
}

std::string failure_of(const ServerDetail& detail) {
  if (detail.row.last_error) return std::string(detail.row.last_error->message);
  return std::string(detail.row.reason);
}

// To be followed by more.
std::string_view without_stop(std::string_view sentence) {
  if (sentence.ends_with('.')) sentence.remove_suffix(1);
  return sentence;
}

// What helps against a failure that came without advice.
std::string_view usual_remedy(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::spawn_failed:
    case base::ErrorCode::exited:
      return "run its command by hand to see what it misses";
    case base::ErrorCode::connect_timeout:
      return "give it more time with connect_timeout, or find out what it waits for";
    case base::ErrorCode::network:
    case base::ErrorCode::connection_lost:
      return "check that its url is right and that it runs";
    case base::ErrorCode::http_status:
      return "check its url and headers";
    case base::ErrorCode::protocol_error:
      return "check that it is an MCP server and speaks on its standard output";
    case base::ErrorCode::auth_required:
      return "give it a key in headers or env";
    default:
      return {};
  }
}

// What its last words tell goes before the general advice.
std::string_view remedy_of(const ServerDetail& detail) {
  const auto& error = detail.row.last_error;
  if (!error) return {};
  if (error->code == base::ErrorCode::exited) {
    const std::string_view hint = hint_of(detail.stderr_tail);
    if (!hint.empty()) return hint;
  }
  return error->remedy.empty() ? usual_remedy(error->code) : without_stop(error->remedy);
}

// A field that a remedy names, and how the command line writes it.
struct Writing {
  std::string_view named;
  std::string_view option;
};
constexpr std::array kWritings{
    Writing{"working_dir", "--working-dir DIRECTORY"},
    Writing{"`command`", "-- COMMAND ARGUMENT..."},
    Writing{"in args", "-- COMMAND ARGUMENT..."},
    Writing{"ca_file", R"(--json '{"ca_file":"/PATH/TO/CA.pem"}')"},
    Writing{"headers", R"(-H "Authorization: Bearer TOKEN")"},
    Writing{"its url", "--server-url URL"},
    Writing{"in env", "-e NAME=VALUE"},
    Writing{"connect_timeout", R"(--json '{"connect_timeout":"2m"}')"},
    Writing{"call_timeout", R"(--json '{"call_timeout":"5m"}')"},
};

// "; to write it: mcptrunk servers update NAME ...", when the remedy names a field.
std::string writing_of(std::string_view remedy, const ServerDetail& detail) {
  const auto found = std::ranges::find_if(kWritings, [&](const Writing& writing) {
    return remedy.find(writing.named) != std::string_view::npos;
  });
  if (found == kWritings.end()) return {};
  return fmt::format("; to write it: {} {}", command("update", detail), found->option);
}

// The remedy of the last failure, then the command.
std::string remedy_then(const ServerDetail& detail, const std::string& next) {
  const std::string_view remedy = remedy_of(detail);
  if (remedy.empty()) return next;
  return fmt::format("{}{}; then: {}", remedy, writing_of(remedy, detail), next);
}

// For one that has failed: where its last words stand comes between. One that is only dialled says
// nothing here.
std::string look_then(const ServerDetail& detail, const std::string& next) {
  const bool has_log = detail.row.last_error.has_value() && !detail.command.empty();
  const std::string look = has_log ? fmt::format("see: {}", command("logs", detail)) : "";
  const std::string_view remedy = remedy_of(detail);
  if (remedy.empty()) return look.empty() ? next : fmt::format("{}; then: {}", look, next);
  return fmt::format("{}{}{}{}; then: {}", remedy, look.empty() ? "" : "; ", look,
                     writing_of(remedy, detail), next);
}

// What is said of a server that runs, or may run, and of which something is wrong all the same.
Explanation with_warnings(std::string summary, const ServerDetail& detail) {
  Explanation explanation{std::move(summary), {}};
  if (!detail.row.warnings.empty())
    explanation.summary += ", but not all is well: see the warnings";
  for (const Warning& warning : detail.row.warnings) {
    if (!explanation.fix.empty()) explanation.fix += "; ";
    explanation.fix += without_stop(warning.remedy);
  }
  return explanation;
}

// "group a, b" as the commands that enable them.
std::string enable_groups(std::string_view names) {
  std::string commands;
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(", "), names.size());
    if (!commands.empty()) commands += "; ";
    commands += "mcptrunk groups enable " + base::shell_word(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 2, names.size()));
  }
  return commands;
}

// Who stopped it, to be put behind what was done.
std::string_view by_whom(const ServerDetail& detail) {
  if (!detail.row.stopped_by) return {};
  return *detail.row.stopped_by == config::Actor::agent ? " (by an agent, over MCP)"
                                                        : " (by a person)";
}

Explanation held(const ServerDetail& detail) {
  constexpr std::string_view kGroup = "group ";
  const std::string_view holder = detail.row.held_by;
  const bool by_itself = detail.row.startup_mode == config::StartupMode::disabled;
  if (!holder.starts_with(kGroup)) {
    return {fmt::format("it is disabled in the configuration{}", by_whom(detail)),
            command("enable", detail)};
  }
  const std::string groups = enable_groups(holder.substr(kGroup.size()));
  if (!by_itself) return {fmt::format("it may run, but is held by {}", holder), groups};
  return {fmt::format("it is disabled in the configuration{}, and held by {} too", by_whom(detail),
                      holder),
          command("enable", detail) + "; " + groups};
}

// Whoever is to approve it must know where the rest is to be read.
bool hides_something(const ServerDetail& detail) {
  const auto hides = [](std::string_view text) {
    return text.find(base::kMasked) != std::string_view::npos;
  };
  return hides(detail.command) || hides(detail.url) || std::ranges::any_of(detail.args, hides);
}

}  // namespace

Explanation explain(const ServerDetail& detail) {
  using upstream::State;
  const std::string failure = failure_of(detail);
  const std::string why = failure.empty() ? "" : ": " + failure;
  switch (detail.row.state) {
    case State::disabled:
      return held(detail);
    case State::quarantined:
      return {
          fmt::format("it is quarantined{}: nothing of it runs before somebody has looked at it",
                      by_whom(detail)),
          fmt::format("{}{}; when it may run: {}", command("show", detail),
                      hides_something(detail)
                          ? " (what reads *** there stands in the configuration file)"
                          : "",
                      command("approve", detail))};
    case State::unconfigured:
      return {"it cannot be started as configured" + why,
              remedy_then(detail, command("restart", detail))};
    case State::idle:
      return with_warnings(detail.row.startup_mode == config::StartupMode::lazy_loading
                               ? "it is not running; the first call starts it"
                               : "it is not running, because nobody needs it; a call starts it",
                           detail);
    case State::queued:
      return {"it waits for its turn to start; only so many start at a time", {}};
    case State::connecting:
      return {"it is being started", {}};
    case State::ready:
      return with_warnings("it serves calls", detail);
    case State::backoff:
      return {"it failed and is tried again" + why, look_then(detail, command("restart", detail))};
    case State::login_required:
      return {"it wants a login" + why, remedy_then(detail, command("restart", detail))};
    case State::auto_disabled:
      return {fmt::format("it was given up after {} failures in a row{}",
                          detail.consecutive_failures, why),
              look_then(detail, command("enable", detail))};
    case State::stopping:
      return {"it is being stopped", {}};
  }
  return {};
}

}  // namespace proxy::rest
