// The query of a URL, decoded. Pure. Value.
//
// Limits: kParametersMax parameters; the server bounds the bytes.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace proxy::rest {

class Query {
 public:
  static constexpr std::size_t kParametersMax = 64;

  // Only the `known` names are taken, so that a misspelled one is not silently without effect.
  // Errors: invalid_argument.
  static base::Result<Query> parse(std::string_view text,
                                   std::initializer_list<std::string_view> known);

  // The first value; nothing when it is not there.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;

  // `fallback` when it is not there. Errors: invalid_argument.
  base::Result<std::uint32_t> number(std::string_view name, std::uint32_t fallback,
                                     std::uint32_t least, std::uint32_t most) const;
  // "true" (or nothing, "1") and "false" ("0").
  base::Result<bool> flag(std::string_view name, bool fallback) const;

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

}  // namespace proxy::rest
