// Every field that the configuration's readers ask for, with values that it does not take: each is
// refused with its line, its path and what to write instead. A field without a row fails.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "proxy/config/parser.h"

namespace proxy::config {
namespace {

enum class Type : std::uint8_t { text, number, flag, duration, texts, pairs, object, list };

struct Field {
  const char* at;   // the object it stands in
  const char* key;  // with its other names behind it
  Type type;
  std::vector<const char*> refused{};  // values of the right type that are refused
};

const std::vector<const char*> kBadNumber{"-1", "1.5", "99999999999999999999"};
const std::vector<const char*> kBadTime{"\"soon\"", "\"-1s\"", "\"90\"", "\"9999h\""};

const std::vector<Field> kFields{
    {"", "listen", Type::text, {"\"nonsense\"", "\"1.2.3.4:70000\""}},
    {"", "data_dir", Type::text},
    {"", "backup_dir", Type::text},
    {"", "routing_mode", Type::text, {"\"dirct\""}},
    {"", "tools_limit", Type::number, {"0", "101", "1.5"}},
    {"", "tool_response_limit", Type::number, kBadNumber},
    {"", "call_tool_timeout", Type::duration, kBadTime},
    {"", "connect_timeout", Type::duration, kBadTime},
    {"", "idle_timeout", Type::duration, kBadTime},
    {"", "enable_lazy_loading", Type::flag},
    {"", "max_concurrent_connections", Type::number, {"0", "1001"}},
    {"", "auto_disable_threshold", Type::number, kBadNumber},
    {"", "health_check_interval", Type::duration, kBadTime},
    {"", "tool_discovery_interval", Type::duration, kBadTime},
    {"", "tool_name_length_max", Type::number, {"23", "129"}},
    {"", "api_key", Type::text},
    {"", "require_mcp_auth", Type::flag},
    {"", "local_users", Type::text, {"\"none\""}},
    {"", "trusted_hosts", Type::texts},
    {"", "trusted_origins", Type::texts},
    {"", "allow_mcp_management", Type::flag},
    {"", "read_only_mode", Type::flag},
    {"", "disable_management", Type::flag},
    {"", "groups", Type::list, {"[3]", "[{}]"}},
    {"", "server_group_assignments", Type::pairs},
    {"", "mcpServers", Type::object, {"[3]", "[{}]", "{\"a\":3}"}},
    {"", "servers", Type::object, {"[3]", "{\"a\":3}"}},
    {"", "limits", Type::object},
    {"", "cache", Type::object},
    {"", "logging", Type::object},
    {"", "environment", Type::object},
    {"", "search", Type::object},
    {"limits", "global", Type::object},
    {"limits", "per_client", Type::object},
    {"limits", "per_server", Type::object},
    {"limits", "calls_in_flight_max", Type::number, {"0", "1.5"}},
    {"limits", "sessions_max", Type::number, {"0"}},
    {"limits", "message_bytes_max", Type::number, {"65535"}},
    {"limits", "redis_url", Type::text},
    {"limits.global", "calls_per_second", Type::number, {"-1", "1e9"}},
    {"limits.global", "burst", Type::number, kBadNumber},
    {"cache", "enabled", Type::flag},
    {"cache", "ttl", Type::duration, {"\"0s\"", "\"soon\""}},
    {"cache", "bytes_max", Type::number, {"1"}},
    {"cache", "redis_url", Type::text},
    {"logging", "level", Type::text, {"\"loud\""}},
    {"logging", "enable_console", Type::flag},
    {"logging", "enable_file", Type::flag},
    {"logging", "json_format", Type::flag},
    {"logging", "filename", Type::text},
    {"logging", "max_size", Type::number, {"0", "10001"}},
    {"logging", "max_backups", Type::number, {"1001"}},
    {"environment", "inherit_system_safe", Type::flag},
    {"environment", "allowed_system_vars", Type::texts},
    {"environment", "custom_vars", Type::pairs},
    {"environment", "path", Type::text},
    {"search", "synonyms", Type::texts, {"[\"also: k8s\"]"}},
    {"search", "count_use", Type::flag},
    {"groups[0]", "name", Type::text, {"\"\"", "\"a/b\""}},
    {"groups[0]", "description", Type::text},
    {"groups[0]", "parent", Type::text, {"\"a/b\"", "\"g\""}},
    {"groups[0]", "enabled", Type::flag},
    {"groups[0]", "color", Type::text},
    {"groups[0]", "id", Type::number, kBadNumber},
    {"mcpServers[0]", "name", Type::text, {"\"\"", "\"a:b\"", "\" a\""}},
    {"mcpServers[0]", "description", Type::text},
    {"mcpServers[0]", "command", Type::text},
    {"mcpServers[0]", "args", Type::texts},
    {"mcpServers[0]", "env", Type::pairs},
    {"mcpServers[0]", "working_dir cwd", Type::text},
    {"mcpServers[0]", "url", Type::text, {"\"ftp://h\""}},
    {"mcpServers[0]", "headers", Type::pairs},
    {"mcpServers[0]", "ca_file", Type::text},
    {"mcpServers[0]", "protocol type", Type::text, {"\"grpc\"", "\"http\""}},
    {"mcpServers[0]", "startup_mode", Type::text, {"\"acitve\""}},
    {"mcpServers[0]", "enabled", Type::flag},
    {"mcpServers[0]", "disabled", Type::flag},
    {"mcpServers[0]", "quarantined", Type::flag},
    {"mcpServers[0]", "sharing", Type::text, {"\"all\""}},
    {"mcpServers[0]", "protocol_era", Type::text, {"\"2020-01-01\""}},
    {"mcpServers[0]", "groups", Type::texts, {"[\"\"]", "[\"a/b\"]"}},
    {"mcpServers[0]", "group_name", Type::text, {"\"a/b\""}},
    {"mcpServers[0]", "group_id", Type::number, kBadNumber},
    {"mcpServers[0]", "tags", Type::texts},
    {"mcpServers[0]", "connect_timeout connection_timeout init_timeout", Type::duration, kBadTime},
    {"mcpServers[0]", "call_timeout", Type::duration, kBadTime},
    {"mcpServers[0]", "idle_timeout", Type::duration, kBadTime},
    {"mcpServers[0]", "auto_disable_threshold", Type::number, kBadNumber},
    {"mcpServers[0]", "health_check_interval", Type::duration, kBadTime},
    {"mcpServers[0]", "health_check", Type::flag},
    {"mcpServers[0]", "max_concurrent_requests", Type::number, {"0", "100001"}},
    {"mcpServers[0]", "queue_size", Type::number, kBadNumber},
    {"mcpServers[0]", "enabled_tools", Type::texts},
    {"mcpServers[0]", "disabled_tools", Type::texts},
    {"mcpServers[0]", "oauth", Type::object},
    {"mcpServers[0]", "isolation", Type::object},
    {"mcpServers[0].oauth", "client_id", Type::text},
    {"mcpServers[0].oauth", "client_secret", Type::text},
    {"mcpServers[0].oauth", "redirect_uri", Type::text},
    {"mcpServers[0].oauth", "scopes", Type::texts},
    {"mcpServers[0].oauth", "pkce_enabled", Type::flag},
    {"mcpServers[0].oauth", "extra_params", Type::pairs},
    {"mcpServers[0].isolation", "enabled", Type::flag},
    {"mcpServers[0].isolation", "image", Type::text},
    {"mcpServers[0].isolation", "network_mode", Type::text},
    {"mcpServers[0].isolation", "memory_limit", Type::text},
    {"mcpServers[0].isolation", "cpu_limit", Type::text},
    {"mcpServers[0].isolation", "working_dir", Type::text},
    {"mcpServers[0].isolation", "extra_args", Type::texts},
};

// Values of every kind but the field's own.
std::vector<const char*> foreign_values(Type type) {
  switch (type) {
    case Type::text:
      return {"5", "true", "[]", "{}"};
    case Type::number:
      return {"\"x\"", "true", "[]", "{}"};
    case Type::flag:
      return {"\"true\"", "1", "[]", "{}"};
    case Type::duration:
      return {"true", "[]", "{}"};
    case Type::texts:
      return {"\"x\"", "5", "true", "{}", "[5]"};
    case Type::pairs:
      return {"\"x\"", "5", "true", "[]", "{\"k\":5}"};
    case Type::object:
      return {"\"x\"", "5", "true"};
    case Type::list:
      return {"\"x\"", "5", "true", "{}"};
  }
  return {};
}

std::vector<std::string> names_of(const Field& field) {
  std::istringstream words(field.key);
  return {std::istream_iterator<std::string>(words), {}};
}

// A file that is good but for this member, which stands on line 2.
std::string file_with(const std::string& at, const std::string& key, const char* value) {
  const std::string member = fmt::format("\n\"{}\":{}", key, value);
  if (at.empty()) return "{" + member + "}";
  if (at == "limits.global") return "{\"limits\":{\"global\":{" + member + "}}}";
  if (at == "groups[0]") {
    return "{\"groups\":[{" + std::string(key == "name" ? "" : "\"name\":\"g\",") + member + "}]}";
  }
  if (!at.starts_with("mcpServers")) return "{\"" + at + "\":{" + member + "}}";
  std::string server = key == "name" ? "" : "\"name\":\"a\",";
  if (key != "command" && key != "url") server += "\"command\":\"x\",";
  if (at.ends_with(".oauth"))
    return "{\"mcpServers\":[{" + server + "\"oauth\":{" + member + "}}]}";
  if (at.ends_with(".isolation")) {
    return "{\"mcpServers\":[{" + server + "\"isolation\":{" + member + "}}]}";
  }
  return "{\"mcpServers\":[{" + server + member + "}]}";
}

TEST_CASE("a field with a value that it does not take is told by line, path and remedy",
          "[config]") {
  for (const Field& field : kFields) {
    std::vector<const char*> values = foreign_values(field.type);
    values.insert(values.end(), field.refused.begin(), field.refused.end());
    for (const std::string& name : names_of(field)) {
      const std::string path = *field.at == '\0' ? name : fmt::format("{}.{}", field.at, name);
      for (const char* value : values) {
        CAPTURE(path, value);
        const ParseOutcome outcome = parse(file_with(field.at, name, value));
        CHECK(!outcome.config);
        const auto error =
            std::ranges::find(outcome.diagnostics, Severity::error, &Diagnostic::severity);
        REQUIRE(error != outcome.diagnostics.end());
        INFO(one_line(*error));
        CHECK(error->line == 2);
        CHECK(error->path.starts_with(path));
        CHECK(!error->message.empty());
        CHECK(!error->remedy.empty());
      }
    }
  }
}

TEST_CASE("an unknown member of any object is told, with the one that was meant", "[config]") {
  std::set<std::string> objects;
  for (const Field& field : kFields) objects.insert(field.at);
  for (const std::string& at : objects) {
    CAPTURE(at);
    const ParseOutcome outcome =
        parse(file_with(at, "nonsense_field", "1"), {UnknownFields::reported});
    const auto unused =
        std::ranges::find(outcome.diagnostics, Severity::unused, &Diagnostic::severity);
    REQUIRE(unused != outcome.diagnostics.end());
    CHECK(unused->path.ends_with("nonsense_field"));
    CHECK(!unused->remedy.empty());
  }
}

TEST_CASE("every field that a reader asks for has its row", "[config]") {
  const std::regex one_name(
      R"re((?:read|read_enum|read_rate|take)\((?:reader, |inner, )?"(\w+)")re");
  const std::regex several(R"(first_of\(\{([^}]*)\}\))");
  const std::regex quoted(R"re("(\w+)")re");
  const auto each = [](const std::string& text, const std::regex& pattern, auto found) {
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
      found((*at)[1].str());
    }
  };
  std::set<std::string> asked;
  for (const char* file : {"parser.cpp", "server_reader.cpp", "settings_reader.cpp"}) {
    std::ifstream in(std::string(MCPTRUNK_SOURCE_DIR) + "/proxy/config/" + file);
    std::stringstream text;
    text << in.rdbuf();
    const auto add = [&](const std::string& name) { asked.insert(name); };
    each(text.str(), one_name, add);
    each(text.str(), several, [&](const std::string& list) { each(list, quoted, add); });
  }
  std::set<std::string> rows;
  for (const Field& field : kFields) {
    for (const std::string& name : names_of(field)) rows.insert(name);
  }
  CHECK(asked.size() > 80);
  CHECK(asked == rows);
}

}  // namespace
}  // namespace proxy::config
