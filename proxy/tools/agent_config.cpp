#include "proxy/tools/agent_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "protocol/jsonrpc.h"
#include "protocol/members.h"

namespace proxy::tools {
namespace {

using protocol::JsonMember;

constexpr std::array<std::string_view, 4> kModes{"startup_mode", "enabled", "disabled",
                                                 "quarantined"};
template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

base::Error invalid(std::string message) {
  return {base::ErrorCode::invalid_argument, std::move(message),
          "pass config as a JSON object with the fields of a server"};
}

// Calls on_member(key, raw value) for each member; a key that comes twice is refused: two readers
// could pick different values.
template <class OnMember>
base::Result<void> read(std::string_view object, OnMember on_member) {
  std::set<std::string> seen;
  std::string twice;
  const auto fault = protocol::for_each_member(object, [&](const JsonMember& member) {
    const std::string key = protocol::unescape(member.raw_key);
    if (!seen.insert(key).second) {
      twice = key;
      return false;
    }
    on_member(key, member.value);
    return true;
  });
  if (!twice.empty()) return invalid(fmt::format("config has {} twice", twice.substr(0, 100)));
  if (fault.problem != nullptr) return invalid(fmt::format("config is {}", fault.problem));
  return base::kDone;
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  if (out.size() > 1) out += ',';
  protocol::append_json_string(out, key);
  out += ':';
  out += value;
}

constexpr std::string_view kQuarantined = R"("quarantined")";

}  // namespace

base::Result<std::string> quarantined_entry(std::string_view entry) {
  std::string out = "{";
  auto done = read(entry, [&](const std::string& key, std::string_view value) {
    if (!contains(kModes, key)) append_member(out, key, value);
  });
  if (!done) return std::move(done).error();
  append_member(out, "startup_mode", kQuarantined);
  return out + "}";
}

base::Result<void> check_patch(std::string_view patch) {
  auto safe = quarantining_patch(patch);
  return safe ? base::Result<void>(base::kDone) : std::move(safe).error();
}

base::Result<std::string> quarantining_patch(std::string_view patch) {
  std::string out = "{";
  std::string mode;
  auto done = read(patch, [&](const std::string& key, std::string_view value) {
    if (contains(kModes, key)) mode = key;
    append_member(out, key, value);
  });
  if (!done) return std::move(done).error();
  if (!mode.empty()) {
    return base::Error{base::ErrorCode::forbidden,
                       fmt::format("{} cannot be set in config over MCP", mode),
                       "use the operations enable and disable; quarantine is lifted by a person "
                       "alone, with: mcptrunk servers approve"};
  }
  append_member(out, "startup_mode", kQuarantined);
  return out + "}";
}

}  // namespace proxy::tools
