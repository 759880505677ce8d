#include "proxy/cli/context.h"

#include <fmt/format.h>

namespace proxy::cli {

base::Result<RestClient*> Context::client() {
  if (client_ == nullptr) {
    auto address = find_daemon(daemon, env_, files_);
    if (!address) return address.error();
    client_ = std::make_unique<RestClient>(*std::move(address));
  }
  return client_.get();
}

base::Result<std::string> Context::get(std::string_view path) {
  const auto found = client();
  return found ? (*found)->get(path) : found.error();
}

base::Result<std::string> Context::post(std::string_view path, std::string_view json) {
  const auto found = client();
  return found ? (*found)->post(path, json) : found.error();
}

base::Result<std::string> Context::patch(std::string_view path, std::string_view json) {
  const auto found = client();
  return found ? (*found)->patch(path, json) : found.error();
}

base::Result<std::string> Context::remove(std::string_view path) {
  const auto found = client();
  return found ? (*found)->remove(path) : found.error();
}

ExitCode Context::fail(const base::Error& error) {
  console_.err(fmt::format("error: {}\n", one_clean_line(error.message)));
  if (!error.remedy.empty()) {
    console_.err(fmt::format("  {}\n", one_clean_line(error.remedy)));
  }
  return exit_code_of(error.code);
}

}  // namespace proxy::cli
