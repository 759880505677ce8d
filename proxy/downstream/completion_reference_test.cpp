#include "proxy/downstream/completion_reference.h"

#include <catch2/catch.hpp>

namespace proxy::downstream {
namespace {

TEST_CASE("a completion goes on with the upstream's own name, all else byte for byte",
          "[downstream]") {
  const std::string_view params =
      R"({"ref":{"type":"ref/prompt","name":"s__p","title":"T"},"argument":{"name":"a","value":"1.0"},"context":{"arguments":{"b":"c"}}})";
  const auto prompt = read_completion_reference(params);
  REQUIRE(prompt.ok());
  CHECK(prompt->kind == CompletionReference::Kind::prompt);
  CHECK(prompt->text == "s__p");
  CHECK(
      with_completion_reference(params, *prompt, "p") ==
      R"({"ref":{"type":"ref/prompt","name":"p","title":"T"},"argument":{"name":"a","value":"1.0"},"context":{"arguments":{"b":"c"}}})");
  CHECK(with_completion_reference(params, *prompt, "s__p") == params);
  const auto resource = read_completion_reference(
      R"({"argument":{},"ref":{"type":"ref/resource","uri":"log:\/\/{day}"}})");
  REQUIRE(resource.ok());
  CHECK(resource->kind == CompletionReference::Kind::resource);
  CHECK(resource->text == "log://{day}");
}

TEST_CASE("a completion that says not of what is refused with what is missing", "[downstream]") {
  const std::pair<const char*, const char*> cases[] = {
      {"", "params.ref"},
      {"{}", "params.ref"},
      {R"({"ref":"p","argument":{}})", "params.ref"},
      {R"({"ref":{"type":"ref/prompt","name":"p"}})", "params.argument"},
      {R"({"ref":{"type":"ref/tool","name":"p"},"argument":{}})", "params.ref.type"},
      {R"({"ref":{"type":"ref/prompt","uri":"p"},"argument":{}})", "name"},
      {R"({"ref":{"type":"ref/resource","name":"p"},"argument":{}})", "uri"},
      {R"({"ref":{"type":"ref/resource","uri":7},"argument":{}})", "uri"},
      {R"({"ref":{"type":"ref/prompt","name":"p","n\u0061me":"q"},"argument":{}})", "twice"},
  };
  for (const auto& [params, named] : cases) {
    CAPTURE(params);
    const auto refused = read_completion_reference(params);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == base::ErrorCode::invalid_argument);
    CHECK(refused.error().message.find(named) != std::string::npos);
  }
}

}  // namespace
}  // namespace proxy::downstream
