// What a service manager and a daemon say to each other: systemd's sd_notify datagrams and its
// socket activation, as sd_notify(3) and sd_listen_fds(3) describe them. Functions without
// libsystemd: both are a few lines, and Debian's library would bring in a dozen others.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace proxy::daemon {

// Looks up a variable of the environment.
using Variable = std::function<std::optional<std::string>(const std::string& name)>;

// Sends `state` ("READY=1", "STOPPING=1") to $NOTIFY_SOCKET; false when there is none, or it does
// not take it. Never blocks.
bool notify_service_manager(const Variable& variable, std::string_view state);

// The first socket handed over to this process, for http::Server::listen_on(); nothing when none
// was. `pid` is this process's: what was meant for another is not ours. The descriptor is made
// close-on-exec.
std::optional<int> inherited_socket(const Variable& variable, int pid);

}  // namespace proxy::daemon
