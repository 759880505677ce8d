#include "protocol/agent_text.h"

#include <catch2/catch.hpp>

namespace protocol {
namespace {

TEST_CASE("a definition that hides nothing is the same byte for byte", "[protocol]") {
  for (const char* same :
       {R"({"name":"a", "description" : "caf\u00e9 \n — plain \"text\"","x":[1.0,null,true]})",
        "{\"name\":\"a\",\"description\":\"\u2764\uFE0F \u4F60\u597D\"}", "{}", "no json \u202E"}) {
    CHECK(agent_definition(same) == same);
  }
}

TEST_CASE("texts lose what hides, raw or escaped, at every depth", "[protocol]") {
  CHECK(agent_definition("{\"name\":\"re\u202Ead\",\"title\":\"T\u200Bt\",\"description\":\"a"
                         R"(\u200b\udb40\udc41b","annotations":{"title":"x\u202e"},)"
                         R"("inputSchema":{"type":"object","properties":{"p":{"description":)"
                         R"("q\u2066","items":{"title":"t\u00ad"}}}}})") ==
        R"({"name":"read","title":"Tt","description":"ab","annotations":{"title":"x"},)"
        R"("inputSchema":{"type":"object","properties":{"p":{"description":)"
        R"("q","items":{"title":"t"}}}}})");
  CHECK(agent_json("{\"anyOf\":[{\"description\":\"a\u200B\"},{\"x-hint\":[\"b\u200B\"]}]}") ==
        R"({"anyOf":[{"description":"a"},{"x-hint":["b"]}]})");
}

TEST_CASE("what means something to the server keeps its value, visibly", "[protocol]") {
  CHECK(agent_json("{\"properties\":{\"p\u200B\":{\"enum\":[\"a\u202E\",\"b\"],\"default\":"
                   "{\"description\":\"d\U000E0041\"}}},\"required\":[\"p\u200B\"]}") ==
        R"({"properties":{"p\u200b":{"enum":["a\u202e","b"],"default":)"
        R"({"description":"d\udb40\udc41"}}},"required":["p\u200b"]})");
  CHECK(agent_definition("{\"name\":\"n\",\"arguments\":[{\"name\":\"a\u200B\"}],\"uri\":"
                         "\"x:\u200B\"}") ==
        R"({"name":"n","arguments":[{"name":"a\u200b"}],"uri":"x:\u200b"})");
}

TEST_CASE("a parameter that is called like a word of JSON Schema shelters no text", "[protocol]") {
  CHECK(agent_json("{\"properties\":{\"enum\":{\"description\":\"a\u200B\"},\"properties\":"
                   "{\"default\":\"v\u200B\",\"title\":\"t\u200B\"}}}") ==
        R"({"properties":{"enum":{"description":"a"},"properties":)"
        R"({"default":"v\u200b","title":"t"}}})");
}

}  // namespace
}  // namespace protocol
