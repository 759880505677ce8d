// Where a daemon is reached, and with what. Value.
#pragma once
#include <string>

namespace proxy::cli {

struct DaemonAddress {
  std::string url{};      // "http://127.0.0.1:8080", without a slash or /mcp; empty with a socket
  std::string api_key{};  // the person gave it for this address: it goes there
  // The key of this user's own files: it goes nowhere but to a process of this user.
  std::string own_key{};
  // The unix socket in the data directory, which needs no key. Empty: over `url`.
  std::string socket{};

  // For messages.
  const std::string& text() const { return socket.empty() ? url : socket; }
};

}  // namespace proxy::cli
