// What an upstream can be in, and what the user allows it. Values; stable words, shown and stored.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace upstream {

enum class State : std::uint8_t {
  disabled,        // by intent or group; never runs
  quarantined,     // by intent; never runs
  unconfigured,    // cannot be started as configured; never spawned, not counted
  idle,            // may run, is not running
  queued,          // waits for a slot
  connecting,      // spawn or dial, handshake, first listing
  ready,           // serves calls
  backoff,         // failed; next try at a known time
  login_required,  // needs a login; tried again by its own ladder
  auto_disabled,   // too many failures in a row; left by enable, restart or a changed configuration
  stopping,        // being closed
};

inline constexpr std::uint8_t kStateCount = static_cast<std::uint8_t>(State::stopping) + 1;

// "login_required" and so on.
std::string_view to_string(State state);
std::optional<State> state_from(std::string_view text);

// What intent, groups and loading mode come to for one server.
enum class RunPolicy : std::uint8_t { active, lazy, disabled, quarantined };

std::string_view to_string(RunPolicy policy);

// Whether a process or connection exists in this state.
constexpr bool owns_connection(State state) {
  return state == State::connecting || state == State::ready || state == State::stopping;
}

}  // namespace upstream
