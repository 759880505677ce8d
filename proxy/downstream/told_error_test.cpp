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

}  // namespace
}  // namespace proxy::downstream
