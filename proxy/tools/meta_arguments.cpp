#include "proxy/tools/meta_arguments.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "proxy/tools/argument_reader.h"

namespace proxy::tools {
namespace {

using protocol::JsonKind;
using protocol::JsonMember;

constexpr std::size_t kKeyBytesMax = 200;

constexpr std::array<std::string_view, 7> kRetrieveNames{"query", "limit",     "detail", "server",
                                                         "group", "read_only", "explain"};
constexpr std::array<std::string_view, 1> kDescribeNames{"ids"};
constexpr std::array<std::string_view, 1> kDescribeSynonyms{"id"};
constexpr std::array<std::string_view, 2> kCallNames{"id", "arguments"};
constexpr std::array<std::string_view, 3> kCallSynonyms{"name", "tool", "args"};
constexpr std::array<std::string_view, 3> kReadNames{"key", "offset", "limit"};

std::uint32_t clamp_limit(std::string_view number) {
  if (!number.empty() && number.front() == '-') return 1;
  std::uint64_t value = RetrieveArguments::kLimitMax;  // also for what is beyond 64 bits
  std::from_chars(number.data(), number.data() + number.size(), value);
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(value, 1, RetrieveArguments::kLimitMax));
}

void read_detail(ArgumentReader& reader, const JsonMember& member, Detail& out) {
  std::string word;
  reader.text(member, word);
  if (word == "full") {
    out = Detail::full;
  } else if (word == "compact" || member.kind != JsonKind::string) {
    out = Detail::compact;
  } else {
    reader.fail(fmt::format("detail is \"{}\"", word.substr(0, 40)), "use compact or full");
  }
}

}  // namespace

base::Result<RetrieveArguments> retrieve_arguments(std::string_view arguments) {
  RetrieveArguments out;
  ArgumentReader reader("retrieve_tools", kRetrieveNames);
  auto read = reader.read(arguments, [&](const JsonMember& member) {
    if (member.kind == JsonKind::null) return;  // as if absent: agents fill in optional members
    if (member.key_is("query")) reader.text(member, out.query);
    if (member.key_is("server")) reader.text(member, out.server);
    if (member.key_is("group")) reader.text(member, out.group);
    if (member.key_is("read_only")) reader.flag(member, out.read_only);
    if (member.key_is("explain")) reader.flag(member, out.explain);
    if (member.key_is("detail")) read_detail(reader, member, out.detail);
    if (member.key_is("limit") && reader.expect(member, JsonKind::number)) {
      out.limit = clamp_limit(member.value);
    }
  });
  if (!read) return std::move(read).error();
  if (out.query.size() > RetrieveArguments::kQueryBytesMax) {
    out.query.resize(RetrieveArguments::kQueryBytesMax);
  }
  return out;
}

base::Result<DescribeArguments> describe_arguments(std::string_view arguments) {
  DescribeArguments out;
  ArgumentReader reader("describe_tool", kDescribeNames, kDescribeSynonyms);
  const auto add = [&](const JsonMember& element) {
    if (element.kind == JsonKind::string) {
      out.ids.push_back(element.text());
    } else {
      reader.fail("an element of ids is no string", "write ids as \"server:tool\"");
    }
    return element.kind == JsonKind::string;
  };
  auto read = reader.read(arguments, [&](const JsonMember& member) {
    if (member.key_is("id") && member.kind == JsonKind::string) add(member);
    if (!member.key_is("ids")) return;
    if (member.kind == JsonKind::string) {
      add(member);
    } else if (reader.expect(member, JsonKind::array)) {
      (void)protocol::for_each_element(member.value, add);
    }
  });
  if (!read) return std::move(read).error();
  if (out.ids.empty())
    return invalid_argument("describe_tool needs ids", "pass {\"ids\":[\"server:tool\"]}");
  if (out.ids.size() > DescribeArguments::kIdsMax) {
    return invalid_argument(
        fmt::format("describe_tool got {} ids", out.ids.size()),
        fmt::format("pass at most {} at a time", std::size_t{DescribeArguments::kIdsMax}));
  }
  return out;
}

base::Result<CallArguments> call_arguments(std::string_view tool, std::string_view arguments) {
  CallArguments out;
  ArgumentReader reader(tool, kCallNames, kCallSynonyms);
  auto read = reader.read(arguments, [&](const JsonMember& member) {
    if (member.key_is("id") ||
        (out.id.empty() && (member.key_is("name") || member.key_is("tool")))) {
      reader.text(member, out.id);
    }
    if (member.key_is("arguments") || (out.arguments.empty() && member.key_is("args"))) {
      if (member.kind == JsonKind::null) return;
      if (member.kind != JsonKind::object) {
        reader.fail(fmt::format("{} of {} is {}, not an object", member.raw_key, tool,
                                kind_name(member.kind)),
                    "pass the tool's arguments as a JSON object, not as text");
        return;
      }
      out.arguments = member.value;
    }
  });
  if (!read) return std::move(read).error();
  if (out.id.empty()) {
    return invalid_argument(
        fmt::format("{} names no tool", tool),
        "pass {\"id\":\"server:tool\",\"arguments\":{...}} with an id from retrieve_tools");
  }
  return out;
}

base::Result<ReadArguments> read_arguments(std::string_view arguments) {
  ReadArguments out;
  ArgumentReader reader("read_cache", kReadNames);
  const auto number = [&](const JsonMember& member) -> std::uint64_t {
    if (!reader.expect(member, JsonKind::number)) return 0;
    std::uint64_t value = 0;
    const char* end = member.value.data() + member.value.size();
    if (std::from_chars(member.value.data(), end, value).ptr == end) return value;
    reader.fail(fmt::format("{} of read_cache is no whole number from 0 on", member.raw_key),
                "count characters");
    return 0;
  };
  auto read = reader.read(arguments, [&](const JsonMember& member) {
    if (member.kind == JsonKind::null) return;
    if (member.key_is("key")) reader.text(member, out.key);
    if (member.key_is("offset")) out.offset = number(member);
    if (member.key_is("limit")) out.limit = std::max<std::uint64_t>(number(member), 1);
  });
  if (!read) return std::move(read).error();
  if (out.key.empty() || out.key.size() > kKeyBytesMax) {
    return invalid_argument("read_cache needs the key of a stored result",
                            "pass {\"key\":..} as the shortened result says");
  }
  return out;
}

}  // namespace proxy::tools
