// The arguments of our own tools, read from the raw JSON an agent sent. Pure; every mistake is
// answered with what was wrong, where, and what to write instead.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace proxy::tools {

enum class Detail : std::uint8_t { compact, full };

struct RetrieveArguments {
  std::string query;
  std::optional<std::uint32_t> limit;  // at most kLimitMax; absent: the configured one
  Detail detail = Detail::compact;
  std::string server;  // empty: all
  std::string group;   // empty: all
  bool read_only = false;
  bool explain = false;

  static constexpr std::uint32_t kLimitMax = 100;
  static constexpr std::size_t kQueryBytesMax = 10 * 1024;  // the rest is cut
};

struct DescribeArguments {
  std::vector<std::string> ids;
  static constexpr std::size_t kIdsMax = 50;
};

struct CallArguments {
  std::string id;
  std::string_view arguments;  // raw JSON object, a view into the text given; empty: none
};

struct ReadArguments {
  std::string key;
  std::uint64_t offset = 0;            // in characters
  std::optional<std::uint64_t> limit;  // at least 1; absent: as much as fits an answer
};

// `arguments` is the raw value of params.arguments, already valid JSON; empty: no arguments.
base::Result<RetrieveArguments> retrieve_arguments(std::string_view arguments);
base::Result<DescribeArguments> describe_arguments(std::string_view arguments);
base::Result<ReadArguments> read_arguments(std::string_view arguments);
// The id may also be called `name` or `tool`, and the arguments `args`: what agents write by habit.
// `tool`: which of the four was called, for what is said of a mistake.
base::Result<CallArguments> call_arguments(std::string_view tool, std::string_view arguments);

}  // namespace proxy::tools
