// Reads the arguments that an agent gave one of our own tools, member by member; the first mistake
// ends it and is told with what to write instead. Resource of one call.
//
// Limits: 32 names in all.
#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "protocol/members.h"

namespace proxy::tools {

inline base::Error invalid_argument(std::string message, std::string remedy) {
  return {base::ErrorCode::invalid_argument, std::move(message), std::move(remedy)};
}

// "a string", "an array".
std::string_view kind_name(protocol::JsonKind kind);

class ArgumentReader {
 public:
  // `known`: the arguments of the schema. `synonyms` are read too, and not told.
  ArgumentReader(std::string_view tool, std::span<const std::string_view> known,
                 std::span<const std::string_view> synonyms = {})
      : tool_(tool), known_(known), synonyms_(synonyms) {}

  template <class OnMember>
  base::Result<void> read(std::string_view object, OnMember on_member) {
    if (object.empty()) return base::kDone;
    const auto fault = protocol::for_each_member(object, [&](const protocol::JsonMember& member) {
      if (is_known(member) && is_first(member)) on_member(member);
      return !error_;
    });
    if (error_) return std::move(*error_);
    if (fault.problem != nullptr) {
      return invalid_argument(fmt::format("the arguments of {} are {}", tool_, fault.problem),
                              "pass a JSON object");
    }
    return base::kDone;
  }

  void text(const protocol::JsonMember& member, std::string& out) {
    if (expect(member, protocol::JsonKind::string)) out = member.text();
  }
  void flag(const protocol::JsonMember& member, bool& out) {
    if (expect(member, protocol::JsonKind::boolean)) out = member.value == "true";
  }
  bool expect(const protocol::JsonMember& member, protocol::JsonKind kind) {
    if (member.kind == kind) return true;
    fail(fmt::format("{} of {} is {}, not {}", member.raw_key, tool_, kind_name(member.kind),
                     kind_name(kind)),
         fmt::format("pass {}", kind_name(kind)));
    return false;
  }
  void fail(std::string message, std::string remedy) {
    error_ = invalid_argument(std::move(message), std::move(remedy));
  }

 private:
  // What nothing reads would be ignored in silence, and the call do something else than was meant.
  bool is_known(const protocol::JsonMember& member);
  // Of two values, others could read the other one.
  bool is_first(const protocol::JsonMember& member);

  std::string_view tool_;
  std::span<const std::string_view> known_;
  std::span<const std::string_view> synonyms_;
  std::uint32_t seen_ = 0;  // a bit for each of known, then synonyms
  std::optional<base::Error> error_;
};

}  // namespace proxy::tools
