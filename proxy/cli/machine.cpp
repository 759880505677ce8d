#include "proxy/cli/machine.h"

#include <fmt/format.h>
#include <netdb.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.h"

namespace proxy::cli {
namespace {

base::Error listen_error(const config::Listen& where, int number) {
  const std::string place = config::to_string(where);
  if (number == EADDRINUSE) {
    return {base::ErrorCode::address_in_use,
            fmt::format("another program listens on {} already", place),
            "stop it, or choose another port: mcptrunk serve --listen 127.0.0.1:PORT"};
  }
  if (number == EACCES) {
    return {base::ErrorCode::forbidden, fmt::format("listening on {} is not allowed", place),
            "choose a port from 1024 on"};
  }
  return {base::ErrorCode::io_error,
          fmt::format("listening on {} fails: {}", place, std::strerror(number)),
          "correct \"listen\" in the configuration"};
}

class ThisMachine final : public Machine {
 public:
  base::Result<void> try_to_listen(const config::Listen& where) override {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    const std::string port = fmt::format("{}", where.port);
    if (const int failed = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &found)) {
      return base::Error{
          base::ErrorCode::io_error,
          fmt::format("{} is no address of this machine: {}", where.host, ::gai_strerror(failed)),
          "correct \"listen\" in the configuration"};
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
    const base::UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return listen_error(where, errno);
    const int on = 1;  // as the daemon does: what a closed connection left does not count
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(fd.get(), found->ai_addr, found->ai_addrlen) != 0 || ::listen(fd.get(), 1) != 0) {
      return listen_error(where, errno);
    }
    return base::kDone;
  }

  std::uint64_t open_files_max() override {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_max;
  }

  std::optional<std::uint64_t> free_bytes(const std::string& directory) override {
    struct statvfs about {};
    if (::statvfs(directory.c_str(), &about) != 0) return std::nullopt;
    return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
  }

  base::WallTime now() override { return base::SystemClock().wall_now(); }
};

}  // namespace

std::unique_ptr<Machine> this_machine() {
  return std::make_unique<ThisMachine>();
}

}  // namespace proxy::cli
