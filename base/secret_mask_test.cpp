#include "base/secret_mask.h"

#include <catch2/catch.hpp>

namespace base {
namespace {

std::string masked(const SecretMask& mask, std::string text) {
  mask.apply(text);
  return text;
}

TEST_CASE("secrets are hidden wherever they stand", "[base]") {
  const SecretMask mask({"hunter2000", "sesame!!"});
  CHECK(masked(mask, "hunter2000") == "***");
  CHECK(masked(mask, "sesame!!sesame!! and hunter2000.") == "****** and ***.");
  CHECK(masked(mask, "hunter200 is another") == "hunter200 is another");
  CHECK(masked(SecretMask(), "sesame!!") == "sesame!!");
}

TEST_CASE("a secret that holds another is hidden whole", "[base]") {
  const SecretMask mask({"secret99", "secret99-and-more"});
  CHECK(masked(mask, "secret99-and-more secret99") == "*** ***");
}

TEST_CASE("what is too short to be a secret stays, short ones are hidden as words", "[base]") {
  CHECK(masked(SecretMask({"on", "", "12345", "***"}), "on port 12345 ***") == "on port 12345 ***");
  CHECK(masked(SecretMask({"opal"}), "opal opalescent an-opal:opal.") ==
        "*** opalescent an-***:***.");
  CHECK(masked(SecretMask({"83749201"}), "pin 83749201, time 1837492011") ==
        "pin ***, time 1837492011");
}

TEST_CASE("the forms that URLs, JSON and logins give a secret are hidden", "[base]") {
  const SecretMask mask({"p\"ss w\xC3\xB6rd/1", "ann:pa55word"});
  CHECK(masked(mask, "GET /x?k=p%22ss%20w%C3%B6rd%2F1&b") == "GET /x?k=***&b");
  CHECK(masked(mask, "k=p%22ss%20w%c3%b6rd%2f1&b") == "k=***&b");
  CHECK(masked(mask, "k=p%22ss+w%C3%B6rd%2F1&b") == "k=***&b");
  CHECK(masked(mask, R"({"k":"p\"ss w\u00f6rd/1"})") == R"({"k":"***"})");
  CHECK(masked(mask, "{\"k\":\"p\\\"ss w\xC3\xB6rd/1\"}") == R"({"k":"***"})");
  CHECK(masked(mask, "Authorization: Basic YW5uOnBhNTV3b3Jk") == "Authorization: Basic ***");
  CHECK(masked(SecretMask({"YW5uOnBhNTV3b3Jk"}), "ann:pa55word, pa55word") == "***, ***");
  CHECK(masked(SecretMask({"a%2Fb%2Fc-123"}), "a/b/c-123") == "***");
  CHECK(masked(SecretMask({"-----BEGIN KEY-----\nMIIabc123\n-----END KEY-----\n"}),
               "read MIIabc123 of it") == "read *** of it");
}

TEST_CASE("a beginning is hidden where the text was cut", "[base]") {
  const SecretMask mask({"tok-SECRET-4711"});
  CHECK(masked(mask, "bad tok-SECRET-47") == "bad ***");
  CHECK(masked(mask, "bad tok-SECRET..., it says") == "bad ***..., it says");
  CHECK(masked(mask, "bad tok-S") == "bad tok-S");  // too little to be of use
  CHECK(masked(mask, "tok-SECRET is no secret") == "tok-SECRET is no secret");
}

TEST_CASE("a secret over the end of a line is hidden in both", "[base]") {
  const SecretMask mask({"tok-SECRET-4711-and-more"});
  SecretMask::Rest rest;
  const auto heard = [&](std::string line) {
    mask.apply_line(line, rest);
    return line;
  };
  CHECK(heard("it is tok-SECRET-") == "it is ***");
  CHECK(heard("4711") == "***");
  CHECK(heard("-and-more, and tok-SECRET-4711-and-more") == "***, and ***");
  CHECK(heard("4711") == "4711");
  CHECK(heard("tok-SECRET") == "***");
  CHECK(heard("something else") == "something else");
}

}  // namespace
}  // namespace base
