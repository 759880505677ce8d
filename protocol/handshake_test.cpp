#include "protocol/handshake.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

TEST_CASE("a client's initialize is read", "[protocol]") {
  const auto params = read_initialize_params(
      R"({"protocolVersion":"2025-11-25","capabilities":{"roots":{"listChanged":true},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"x":1},"clientInfo":{"name":"demo","title":"Demo","version":"1.0"}})");
  REQUIRE(params.ok());
  CHECK(params->protocol_version == "2025-11-25");
  CHECK(params->client.name == "demo");
  CHECK(params->client.title == "Demo");
  const ClientAbilities expected{true, true, true, true, true, true, false};
  CHECK(params->abilities == expected);
  CHECK(params->capabilities.starts_with("{\"roots\""));
}

TEST_CASE("an empty elicitation capability means forms", "[protocol]") {
  const auto abilities = [](std::string_view elicitation) {
    const std::string text = R"({"protocolVersion":"x","capabilities":{"elicitation":)" +
                             std::string(elicitation) + "}}";
    const auto params = read_initialize_params(text);
    REQUIRE(params.ok());
    return std::pair(params->abilities.elicitation, params->abilities.elicitation_url);
  };
  CHECK(abilities("{}") == std::pair(true, false));
  CHECK(abilities(R"({"form":{}})") == std::pair(true, false));
  CHECK(abilities(R"({"url":{}})") == std::pair(false, true));
  CHECK(abilities(R"({"url":{},"form":{}})") == std::pair(true, true));
  CHECK(abilities("true") == std::pair(false, false));
}

TEST_CASE("an initialize without version or capabilities is refused", "[protocol]") {
  for (const std::string_view text :
       {"{}", R"({"capabilities":{}})", R"({"protocolVersion":7,"capabilities":{}})",
        R"({"protocolVersion":"2025-06-18"})", R"({"protocolVersion":"x","capabilities":[]})",
        "[]"}) {
    CHECK(read_initialize_params(text).error().code == base::ErrorCode::invalid_message);
    CHECK(read_initialize_result(text).error().code == base::ErrorCode::protocol_error);
  }
  CHECK(read_initialize_result(R"({"protocolVersion":"x","capabilities":{}})").ok());
}

TEST_CASE("our own handshake reads back, and old revisions get what they know", "[protocol]") {
  const ServerAbilities all{true, true, true, false, true, true, true, true, true, false};
  std::string out;
  append_initialize_result(out, Revision::v2025_06_18, all, {"mcptrunk", "0.1", ""}, "Use\nit");
  const auto result = read_initialize_result(out);
  REQUIRE(result.ok());
  CHECK(result->abilities == all);
  CHECK(result->instructions == "Use\nit");
  CHECK(result->server.name == "mcptrunk");
  CHECK(result->protocol_version == "2025-06-18");
  out.clear();
  append_initialize_result(out, Revision::v2024_11_05, all, {"mcptrunk", "0.1", ""}, "");
  CHECK(!read_initialize_result(out)->abilities.completions);
  CHECK(out.find("instructions") == std::string::npos);

  for (const ClientAbilities& abilities :
       {ClientAbilities{}, ClientAbilities{true, false, true, false, true, false, false},
        ClientAbilities{true, true, true, true, true, true, false}}) {
    out.clear();
    append_initialize_params(out, Revision::v2025_11_25, abilities, {"mcptrunk", "0.1", "T"});
    const auto params = read_initialize_params(out);
    REQUIRE(params.ok());
    CHECK(params->abilities == abilities);
    CHECK(params->client.title == "T");
  }
}

TEST_CASE("texts for display are cut where a character ends", "[protocol]") {
  std::string name;
  while (name.size() <= kHandshakeTextMax) name += "漢";
  const auto result = read_initialize_result(
      R"({"protocolVersion":"x","capabilities":{},"serverInfo":{"name":")" + name + "\"}}");
  CHECK(result->server.name.size() == 1023);
}

}  // namespace
}  // namespace protocol
