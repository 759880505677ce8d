// "HOST:PORT" as an option gives it. Pure.
#pragma once
#include <string_view>

#include "base/result.h"
#include "proxy/config/config.h"

namespace proxy::cli {

// An empty host is 127.0.0.1; IPv6 stands in brackets.
base::Result<config::Listen> listen_from(std::string_view text);

}  // namespace proxy::cli
