#include "proxy/downstream/told_error.h"

#include <catch2/catch.hpp>

namespace proxy::downstream {
namespace {

using security::Principal;

TEST_CASE("callers without the key are told no address, others are", "[downstream]") {
  const base::Error error{base::ErrorCode::network,
                          "No connection to http://127.0.0.1:81: Connection refused; "
                          "https://h.example/mcp redirects to \"wss://x/y?z\", (git+ssh://a/b).",
                          "write https://, or see http://h."};
  const base::Error told = told_error(error, Principal::local);
  CHECK(told.message ==
        "No connection to ***: Connection refused; *** redirects to \"***\", (***).");
  CHECK(told.remedy == "write ***, or see ***.");
  CHECK(told.code == error.code);
  CHECK(told_error(error, Principal::key_holder).message == error.message);
}

TEST_CASE("callers without the key are told no command and no path of a server that does not run",
          "[downstream]") {
  using base::ErrorCode;
  const auto told = [](ErrorCode code, const char* message, const char* remedy = "") {
    const base::Error error = told_error({code, message, remedy}, Principal::local);
    return error.message + "|" + error.remedy;
  };
  CHECK(told(ErrorCode::server_unconfigured,
             "Server 'a' cannot be started: \"X=*** /bin/foo --pw ***\" does not exist",
             "Correct `command`. PATH was /usr/bin:/bin; then run: mcptrunk servers restart a") ==
        "Server 'a' cannot be started: \"***\" does not exist|"
        "Correct `command`. PATH was *** then run: mcptrunk servers restart a");
  CHECK(told(ErrorCode::server_auto_disabled, "exited with code 1: cannot read /home/ann/x.db") ==
        "exited with code 1: cannot read ***|");
  CHECK(told(ErrorCode::exited, "exited: \"unclosed /etc/x") == "exited: \"unclosed ***|");
  // What a call of its own ran into is the caller's.
  CHECK(told(ErrorCode::not_found, "no file \"/home/ann/x\"") == "no file \"/home/ann/x\"|");
  const base::Error error{ErrorCode::exited, "cannot read /home/ann/x.db", ""};
  CHECK(told_error(error, Principal::key_holder).message == error.message);
}

}  // namespace
}  // namespace proxy::downstream
