#include "base/unix_address.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

namespace base {
namespace {

TEST_CASE("a short path is its own address", "[base]") {
  CHECK(UnixAddress::of("/run/a.sock")->text() == "/run/a.sock");
}

TEST_CASE("a path of more than 107 bytes goes by way of its directory", "[base]") {
  char root[] = "/tmp/unix_address_XXXXXX";
  REQUIRE(::mkdtemp(root) != nullptr);
  const std::string directory = std::string(root) + "/" + std::string(150, 'd');
  std::filesystem::create_directory(directory);
  const auto address = UnixAddress::of(directory + "/a.sock");
  CHECK(address->text().size() <= 107);
  CHECK(
      std::filesystem::equivalent(std::filesystem::path(address->text()).parent_path(), directory));
  CHECK(address->text().ends_with("/a.sock"));
  CHECK(UnixAddress::of(directory + "/" + std::string(100, 's')).error().code ==
        ErrorCode::invalid_argument);
  std::filesystem::remove_all(root);
  CHECK(UnixAddress::of(directory + "/a.sock").error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace base
