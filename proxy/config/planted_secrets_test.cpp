// Secrets of every shape, planted wherever a configuration may hold one: none is shown, and none is
// heard when a server says it.
#include <array>
#include <catch2/catch.hpp>
#include <functional>

#include "base/json.h"
#include "base/secret_forms.h"
#include "base/secret_mask.h"
#include "proxy/config/redaction.h"
#include "proxy/config/secret_texts.h"
#include "proxy/config/test_secrets.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

std::string json(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

// As a URL holds it: all but letters, digits, '-', '.', '_' and '~' encoded.
std::string in_url(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return out;
}

struct Place {
  const char* name;
  std::function<void(Config&, const std::string&)> plant;
  bool is_name = false;    // words are names there, and nothing but letters, digits and '-' fits
  bool has_words = false;  // blanks and line ends divide there
};

Place args(const char* name, std::function<std::vector<std::string>(const std::string&)> make,
           const char* command = "npx") {
  return {name, [make = std::move(make), command](Config& config, const std::string& secret) {
            ServerConfig& server = config.servers.front();
            server.command = command;
            server.args = make(secret);
          }};
}

Place url(const char* name, std::string before, std::string behind) {
  return {name, [=](Config& config, const std::string& secret) {
            config.servers.front().url = before + in_url(secret) + behind;
          }};
}

Place variable(const char* name, std::function<std::string(const std::string&)> make) {
  return {name, [make = std::move(make)](Config& config, const std::string& secret) {
            config.servers.front().env["SETTING"] = make(secret);
          }};
}

Place header(const char* name, std::string key,
             std::function<std::string(const std::string&)> make) {
  return {name, [=](Config& config, const std::string& secret) {
            config.servers.front().headers[key] = make(secret);
          }};
}

using S = const std::string&;
using Args = std::vector<std::string>;

// clang-format off
std::vector<Place> option_places() {
  return {
      args("behind a package", [](S s) { return Args{"-y", "@scope/pkg", s}; }),
      args("behind a subcommand", [](S s) { return Args{"@scope/pkg", "run", s, "--debug"}; }),
      args("first, of a program", [](S s) { return Args{s}; }, "/usr/bin/a-program"),
      args("last, of a program", [](S s) { return Args{"serve", "--port", "80", s}; }, "program"),
      args("--token S", [](S s) { return Args{"pkg", "--token", s}; }),
      args("--token=S", [](S s) { return Args{"pkg", "--token=" + s}; }),
      args("--apiKey=S", [](S s) { return Args{"pkg", "--apiKey=" + s}; }),
      args("-token S", [](S s) { return Args{"-token", s}; }, "program"),
      args("-p S", [](S s) { return Args{"pkg", "-p", s}; }),
      args("-pS", [](S s) { return Args{"pkg", "-p" + s}; }),
      args("--setting S", [](S s) { return Args{"pkg", "--setting", s}; }),
      args("--setting=S", [](S s) { return Args{"pkg", "--setting=" + s}; }),
      args("--header S", [](S s) { return Args{"pkg", "--header", "Authorization: Bearer " + s}; }),
      args("--header=S", [](S s) { return Args{"pkg", "--header=Authorization: Bearer " + s}; }),
      args("--header, no blank", [](S s) { return Args{"pkg", "--header", "X-Key:" + s}; }),
      args("-H", [](S s) { return Args{"pkg", "-H", "X-Api-Key: " + s}; }),
      args("-H attached", [](S s) { return Args{"pkg", "-HX-Api-Key: " + s}; }),
      args("-u user:S", [](S s) { return Args{"pkg", "-u", "user:" + s}; }),
      args("a default", [](S s) { return Args{"pkg", "${NOT_SET:-" + s + "}"}; }),
  };
}

std::vector<Place> argument_places() {
  return {
      args("-e", [](S s) { return Args{"run", "-i", "-e", "NAME=" + s, "image"}; }, "docker"),
      args("-e attached", [](S s) { return Args{"run", "-eNAME=" + s, "image"}; }, "docker"),
      args("--env", [](S s) { return Args{"run", "--env", "NAME=" + s, "image"}; }, "docker"),
      args("--env=", [](S s) { return Args{"run", "--env=NAME=" + s, "image"}; }, "docker"),
      args("NAME=S", [](S s) { return Args{"NAME=" + s, "npx", "pkg"}; }, "env"),
      args("JSON", [](S s) { return Args{"pkg", R"({"token":)" + json(s) + "}"}; }),
      args("--config JSON", [](S s) { return Args{"pkg", "--config", R"({"a":)" + json(s) + "}"}; }),
      args("--config=JSON", [](S s) { return Args{"pkg", R"(--config={"a":)" + json(s) + "}"}; }),
      args("postgres", [](S s) { return Args{"postgres://u:" + in_url(s) + "@db:5432/x"}; }),
      args("mysql", [](S s) { return Args{"pkg", "--db=mysql://root:" + in_url(s) + "@h/x"}; }),
      args("mongodb", [](S s) { return Args{"mongodb+srv://u:" + in_url(s) + "@c.net/x"}; }),
      args("a URL with a query", [](S s) { return Args{"pkg", "https://h/mcp?a=" + in_url(s)}; }),
      args("a URL with a path", [](S s) { return Args{"pkg", "https://h/mcp/" + in_url(s)}; }),
      args("-c script", [](S s) { return Args{"-c", "TOKEN='" + s + "' exec server"}; }, "sh"),
      {"isolation", [](Config& c, S s) {
         c.servers.front().isolation.emplace().extra_args = {"-e", "NAME=" + s};
       }},
      {"command line", [](Config& c, S s) { c.servers.front().command = "x --token " + s; },
       false, true},
      {"working_dir", [](Config& c, S s) { c.servers.front().working_dir = "/srv/" + in_url(s); },
       true},
  };
}

std::vector<Place> field_places() {
  return {
      url("url: path", "https://h.example/", "/mcp"),
      url("url: behind a segment", "https://h.example/api/mcp/s/", "/mcp"),
      url("url: query", "https://h.example/mcp?api_key=", "&b=c"),
      url("url: query without a name", "https://h.example/mcp?", ""),
      url("url: fragment", "https://h.example/mcp#", ""),
      url("url: user", "https://", "@h.example/mcp"),
      url("url: password", "https://ann:", "@h.example/mcp"),
      {"url: host",
       [](Config& c, S s) { c.servers.front().url = "https://" + in_url(s) + ".h.net/mcp"; }, true},
      variable("env", [](S s) { return s; }),
      variable("env: JSON", [](S s) { return R"({"private_key":)" + json(s) + "}"; }),
      variable("env: URL", [](S s) { return "redis://:" + in_url(s) + "@r:6379/0"; }),
      variable("env: default", [](S s) { return "${NOT_SET:-" + s + "}"; }),
      header("header", "X-Setting", [](S s) { return s; }),
      header("header: Bearer", "Authorization", [](S s) { return "Bearer " + s; }),
      header("header: cookie", "Cookie", [](S s) { return "sid=" + s; }),
      {"client_secret", [](Config& c, S s) { c.servers[0].oauth.emplace().client_secret = s; }},
      {"extra_params", [](Config& c, S s) { c.servers[0].oauth.emplace().extra_params["x"] = s; }},
      {"redirect_uri", [](Config& c, S s) {
         c.servers[0].oauth.emplace().redirect_uri = "http://h/cb?state=" + in_url(s);
       }},
      {"custom_vars", [](Config& c, S s) { c.environment.custom_vars["SETTING"] = s; }},
      {"api_key", [](Config& c, S s) { c.api_key = s; }},
      {"limits", [](Config& c, S s) { c.limits.redis_url = "redis://:" + in_url(s) + "@r:6379"; }},
      {"cache", [](Config& c, S s) { c.cache.redis_url = "rediss://u:" + in_url(s) + "@r"; }},
  };
}
// clang-format on

std::vector<Place> places() {
  std::vector<Place> all = option_places();
  for (auto&& more : {argument_places(), field_places()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

// A configuration with the secret at that place.
Config planted(const Place& place, const std::string& secret) {
  Config config;
  ServerConfig& server = config.servers.emplace_back();
  server.name = "s";
  place.plant(config, secret);
  return config;
}

bool fits(const Place& place, const SecretShape& shape) {
  const bool has_blanks = shape.text.find_first_of(" \n") != std::string::npos;
  const bool fits_name = shape.looks == SecretLooks::random && in_url(shape.text) == shape.text;
  return (!place.is_name || fits_name) && (!place.has_words || !has_blanks);
}

// Every form of the secret, said by a server in a sentence.
std::vector<std::string> sayings(const std::string& secret) {
  return {"refused: " + secret + " is wrong", "[" + secret + "]", "k=" + in_url(secret) + "&x",
          R"({"k":)" + json(secret) + "}", "cut off at " + secret};
}

TEST_CASE("no secret of any shape is shown at any place, nor heard", "[config]") {
  const Environment nothing = [](const std::string&) { return std::nullopt; };
  CHECK(kSecretShapes.size() >= 40);
  CHECK(places().size() >= 40);
  for (const Place& place : places()) {
    for (const SecretShape& shape : kSecretShapes) {
      if (!fits(place, shape)) continue;
      CAPTURE(place.name, shape.text);
      const Config config = planted(place, shape.text);
      const std::string shown = to_json(redacted(config));
      const base::SecretMask mask(secret_texts(config, nothing));
      for (const std::string& form : base::secret_forms(shape.text)) {
        CAPTURE(form, shown);
        CHECK(shown.find(form) == std::string::npos);
      }
      for (std::string said : sayings(shape.text)) {
        CAPTURE(said);
        mask.apply(said);
        CAPTURE(said);
        CHECK(said.find(shape.text) == std::string::npos);
        CHECK(said.find(in_url(shape.text)) == std::string::npos);
      }
      CHECK(unredacted(redacted(config), config).value() == config);
    }
  }
}

TEST_CASE("no value of a variable is heard, wherever it is referred to", "[config]") {
  const std::vector<std::string> texts{"${V}",
                                       "Bearer ${V}",
                                       "--x=${V}",
                                       "pre-${V}-post",
                                       "https://h/mcp?k=${V}",
                                       "postgres://u:${V}@db/x",
                                       "https://h/${V}/mcp"};
  for (const SecretShape& shape : kSecretShapes) {
    const Environment environment = [&](const std::string&) { return std::optional(shape.text); };
    for (const std::string& text : texts) {
      Config config;
      ServerConfig& server = config.servers.emplace_back();
      server.args = {"pkg", text};
      server.headers["X-Setting"] = text;
      server.url = text;
      CAPTURE(shape.text, text);
      const base::SecretMask mask(secret_texts(config, environment));
      for (std::string said : sayings(shape.text)) {
        mask.apply(said);
        CAPTURE(said);
        CHECK(said.find(shape.text) == std::string::npos);
      }
    }
  }
}

}  // namespace
}  // namespace proxy::config
