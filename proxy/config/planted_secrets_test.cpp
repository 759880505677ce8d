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
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

// A word is a secret that reads like a name: where a name of a package, a host or a folder stands,
// it is one.
enum class Looks : std::uint8_t { random, word };

struct Shape {
  std::string text;
  Looks looks = Looks::random;
};

const std::array kShapes{
    Shape{"sk-proj-4fT9xQ2mZb7LrW1cVn83KdPe"},
    Shape{"sk-ant-api03-Qk7Zt1Rv9_Xw3Bn5-Lm2Pd8AA"},
    Shape{"ghp_q8Zr2LxT5vNw7YbK3mPc9DfGh1JsAe4Ru6Wt"},
    Shape{"github_pat_11AB2CD3E0qWeRtYuIoP_9aSdFgHjKlZxCv"},
    Shape{"glpat-x7Kd9fQ2mVb4Ln8Rt1Zp"},
    Shape{"xoxb-482910375562-9182736450192-kWq7ZrT2LmXv9BnP"},
    Shape{"AKIAQ7ZT4RV2XW9BN5LM"},
    Shape{"wJ8xQz/Kd3LmP+7vRtBn/2YcFgHsUeWaXoIiNrT"},
    Shape{"AIzaSyB7Qk2Zt9Rv4Xw1Bn6Lm3Pd8Hf5Jg0Ks"},
    Shape{"pk_live_51Hq7ZtRvXw3Bn9Lm2PdKc8"},
    Shape{"SG.q7ZtRvXw3Bn9Lm2P.dKc8QjHf5Gs0Ya4Ue1Ti6Wo"},
    Shape{"npm_7kQzTrXvWbNmLpDcKjHfGsYaUeTiWoRq2x"},
    Shape{"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"},
    Shape{"ya29.a0Qk7ZtRvXw3Bn9Lm2PdKc8Jh-HfGs"},
    Shape{"1//0eQk7ZtRvXw3Bn9Lm2PdKc8"},
    Shape{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.Qk7ZtRvXw3Bn9Lm2PdKc8JhHfGs"},
    Shape{"d41d8cd98f00b204e9800998ecf8427e"},
    Shape{"a3f5c9e1b7"},
    Shape{"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    Shape{"550e8400-e29b-41d4-a716-446655440f7c"},
    Shape{"dGhpcyBpcyBub3QgYSBwYXNzd29yZA=="},
    Shape{"QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
    Shape{"Tr0ub4dor&3!"},
    Shape{"p@ss:w/rd#1?"},
    Shape{"two words 99 here"},
    Shape{"gr\xC3\xBC\xC3\x9F dich\xE2\x82\xAC 42"},
    Shape{"quo\"ted\\back'slash1"},
    Shape{"per%20cent%2Fed7"},
    Shape{"swordfish", Looks::word},
    Shape{"correcthorsebatterystaple", Looks::word},
    Shape{"correct-horse-battery-staple", Looks::word},
    Shape{"opensesame", Looks::word},
    Shape{"Hunter", Looks::word},
    Shape{"LETMEIN", Looks::word},
    Shape{"83749201"},
    Shape{"4929123456781234"},
    Shape{
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq7Zt\nRvXw3Bn9Lm2PdKc8JhHf\n-----END PRIVATE "
        "KEY-----"},
    Shape{"sid=s%3Aq7ZtRvXw3Bn9Lm2P.dKc8; Path=/; HttpOnly"},
    Shape{"AccountKey=q7ZtRvXw3Bn9Lm2PdKc8JhHfGs==;EndpointSuffix=core.example.net"},
    Shape{"Data Source=db1;User Id=ann;Password=Zt9!Rv4Xw1;"},
    Shape{"otpauth://totp/ann?secret=JBSWY3DPEHPK3PXP"},
};

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

std::vector<Place> places() {
  std::vector<Place> all{
      args("behind a package",
           [](S s) {
             return Args{"-y", "@scope/pkg", s};
           }),
      args("behind a subcommand",
           [](S s) {
             return Args{"-y", "@scope/pkg", "run", s, "--debug"};
           }),
      args(
          "first, of a program", [](S s) { return Args{s}; }, "/usr/bin/a-program"),
      args(
          "last, of a program",
          [](S s) {
            return Args{"serve", "--port", "80", s};
          },
          "program"),
      args("--token S",
           [](S s) {
             return Args{"pkg", "--token", s};
           }),
      args("--token=S",
           [](S s) {
             return Args{"pkg", "--token=" + s};
           }),
      args("--apiKey=S",
           [](S s) {
             return Args{"pkg", "--apiKey=" + s};
           }),
      args(
          "-token S",
          [](S s) {
            return Args{"-token", s};
          },
          "program"),
      args("-p S",
           [](S s) {
             return Args{"pkg", "-p", s};
           }),
      args("-pS",
           [](S s) {
             return Args{"pkg", "-p" + s};
           }),
      args("--setting S",
           [](S s) {
             return Args{"pkg", "--setting", s};
           }),
      args("--setting=S",
           [](S s) {
             return Args{"pkg", "--setting=" + s};
           }),
      args("--header of S",
           [](S s) {
             return Args{"pkg", "--header", "Authorization: Bearer " + s};
           }),
      args("--header=",
           [](S s) {
             return Args{"pkg", "--header=Authorization: Bearer " + s};
           }),
      args("--header without a blank",
           [](S s) {
             return Args{"pkg", "--header", "X-Key:" + s};
           }),
      args("-H",
           [](S s) {
             return Args{"pkg", "-H", "X-Api-Key: " + s};
           }),
      args("-H attached",
           [](S s) {
             return Args{"pkg", "-HX-Api-Key: " + s};
           }),
      args(
          "-e",
          [](S s) {
            return Args{"run", "-i", "-e", "NAME=" + s, "image"};
          },
          "docker"),
      args(
          "-e attached",
          [](S s) {
            return Args{"run", "-eNAME=" + s, "image"};
          },
          "docker"),
      args(
          "--env",
          [](S s) {
            return Args{"run", "--env", "NAME=" + s, "image"};
          },
          "docker"),
      args(
          "--env=",
          [](S s) {
            return Args{"run", "--env=NAME=" + s, "image"};
          },
          "docker"),
      args(
          "NAME=S",
          [](S s) {
            return Args{"NAME=" + s, "npx", "pkg"};
          },
          "env"),
      args("JSON",
           [](S s) {
             return Args{"pkg", R"({"token":)" + json(s) + "}"};
           }),
      args("--config JSON",
           [](S s) {
             return Args{"pkg", "--config", R"({"a":)" + json(s) + "}"};
           }),
      args("--config=JSON",
           [](S s) {
             return Args{"pkg", R"(--config={"a":)" + json(s) + "}"};
           }),
      args("-u user:S",
           [](S s) {
             return Args{"pkg", "-u", "user:" + s};
           }),
      args("postgres",
           [](S s) {
             return Args{"pkg", "postgres://u:" + in_url(s) + "@db:5432/x"};
           }),
      args("mysql",
           [](S s) {
             return Args{"pkg", "--db=mysql://root:" + in_url(s) + "@h/x"};
           }),
      args("mongodb",
           [](S s) {
             return Args{"pkg", "mongodb+srv://u:" + in_url(s) + "@c.net/x"};
           }),
      args("a URL with a query",
           [](S s) {
             return Args{"pkg", "https://h/mcp?a=" + in_url(s)};
           }),
      args("a URL with a path",
           [](S s) {
             return Args{"pkg", "https://h/mcp/" + in_url(s)};
           }),
      args(
          "-c script",
          [](S s) {
            return Args{"-c", "TOKEN='" + s + "' exec server"};
          },
          "sh"),
      args("a default",
           [](S s) {
             return Args{"pkg", "${NOT_SET:-" + s + "}"};
           }),
      url("url: path", "https://h.example/", "/mcp"),
      url("url: behind a segment", "https://h.example/api/mcp/s/", "/mcp"),
      url("url: query", "https://h.example/mcp?api_key=", "&b=c"),
      url("url: query without a name", "https://h.example/mcp?", ""),
      url("url: fragment", "https://h.example/mcp#", ""),
      url("url: user", "https://", "@h.example/mcp"),
      url("url: password", "https://ann:", "@h.example/mcp"),
      variable("env", [](S s) { return s; }),
      variable("env: JSON", [](S s) { return R"({"private_key":)" + json(s) + "}"; }),
      variable("env: URL", [](S s) { return "redis://:" + in_url(s) + "@r:6379/0"; }),
      variable("env: default", [](S s) { return "${NOT_SET:-" + s + "}"; }),
      header("header", "X-Setting", [](S s) { return s; }),
      header("header: Bearer", "Authorization", [](S s) { return "Bearer " + s; }),
      header("header: cookie", "Cookie", [](S s) { return "sid=" + s; }),
  };
  all.push_back(
      {"url: host",
       [](Config& c, S s) { c.servers.front().url = "https://" + in_url(s) + ".h.net/mcp"; },
       true});
  all.push_back({"working_dir",
                 [](Config& c, S s) { c.servers.front().working_dir = "/srv/" + in_url(s); },
                 true});
  all.push_back({"command line",
                 [](Config& c, S s) { c.servers.front().command = "x --token " + s; }, false,
                 true});
  all.push_back({"isolation", [](Config& c, S s) {
                   c.servers.front().isolation.emplace().extra_args = {"-e", "NAME=" + s};
                 }});
  all.push_back({"client_secret",
                 [](Config& c, S s) { c.servers.front().oauth.emplace().client_secret = s; }});
  all.push_back({"extra_params", [](Config& c, S s) {
                   c.servers.front().oauth.emplace().extra_params["audience"] = s;
                 }});
  all.push_back({"redirect_uri", [](Config& c, S s) {
                   c.servers.front().oauth.emplace().redirect_uri =
                       "http://h/cb?state=" + in_url(s);
                 }});
  all.push_back({"custom_vars", [](Config& c, S s) { c.environment.custom_vars["SETTING"] = s; }});
  all.push_back({"api_key", [](Config& c, S s) { c.api_key = s; }});
  all.push_back({"limits.redis_url",
                 [](Config& c, S s) { c.limits.redis_url = "redis://:" + in_url(s) + "@r:6379"; }});
  all.push_back({"cache.redis_url",
                 [](Config& c, S s) { c.cache.redis_url = "rediss://u:" + in_url(s) + "@r"; }});
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

bool fits(const Place& place, const Shape& shape) {
  const bool has_blanks = shape.text.find_first_of(" \n") != std::string::npos;
  const bool fits_name = shape.looks == Looks::random && in_url(shape.text) == shape.text;
  return (!place.is_name || fits_name) && (!place.has_words || !has_blanks);
}

// Every form of the secret, said by a server in a sentence.
std::vector<std::string> sayings(const std::string& secret) {
  return {"refused: " + secret + " is wrong", "[" + secret + "]", "k=" + in_url(secret) + "&x",
          R"({"k":)" + json(secret) + "}", "cut off at " + secret};
}

TEST_CASE("no secret of any shape is shown at any place, nor heard", "[config]") {
  const Environment nothing = [](const std::string&) { return std::nullopt; };
  CHECK(kShapes.size() >= 40);
  CHECK(places().size() >= 40);
  for (const Place& place : places()) {
    for (const Shape& shape : kShapes) {
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
  for (const Shape& shape : kShapes) {
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
