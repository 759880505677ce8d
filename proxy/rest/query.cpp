#include "proxy/rest/query.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest.h"
#include "proxy/http/percent.h"

namespace proxy::rest {
namespace {

base::Error bad(std::string message, std::string remedy) {
  return {base::ErrorCode::invalid_argument, std::move(message), std::move(remedy)};
}

}  // namespace

base::Result<Query> Query::parse(std::string_view text,
                                 std::initializer_list<std::string_view> known) {
  Query query;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (query.parameters_.size() == kParametersMax) {
      return bad("the query has too many parameters",
                 fmt::format("use at most {}", kParametersMax));
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    auto name = http::percent_decoded(pair.substr(0, equals), true);
    auto value = http::percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) {
      return bad("the query is not percent-encoded UTF-8", "encode every byte that is not plain");
    }
    if (std::ranges::find(known, *name) == known.end()) {
      const std::vector<std::string_view> names(known);
      const auto near = base::nearest(*name, names, 3);
      return bad(fmt::format("the query parameter \"{}\" is not known here", *name),
                 names.empty()  ? "leave it out"
                 : near.empty() ? fmt::format("known are: {}", fmt::join(names, ", "))
                                : base::did_you_mean(near));
    }
    query.parameters_.emplace_back(*std::move(name), *std::move(value));
  }
  return query;
}

std::optional<std::string_view> Query::get(std::string_view name) const {
  for (const auto& [key, value] : parameters_) {
    if (key == name) return value;
  }
  return std::nullopt;
}

std::vector<std::string> Query::all(std::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [key, value] : parameters_) {
    if (key == name) values.push_back(value);
  }
  return values;
}

base::Result<std::uint32_t> Query::number(std::string_view name, std::uint32_t fallback,
                                          std::uint32_t least, std::uint32_t most) const {
  const auto text = get(name);
  if (!text) return fallback;
  std::uint32_t value = 0;
  const char* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, value);
  if (text->empty() || error != std::errc{} || rest != end || value < least || value > most) {
    return bad(fmt::format("{}=\"{}\" is not a number from {} to {}", name, *text, least, most),
               fmt::format("give {} as such a number, or leave it out for {}", name, fallback));
  }
  return value;
}

base::Result<bool> Query::flag(std::string_view name, bool fallback) const {
  const auto text = get(name);
  if (!text) return fallback;
  if (*text == "true" || *text == "1" || text->empty()) return true;
  if (*text == "false" || *text == "0") return false;
  return bad(fmt::format("{}=\"{}\" is neither true nor false", name, *text),
             fmt::format("write {0}=true or {0}=false", name));
}

}  // namespace proxy::rest
