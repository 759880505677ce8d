// Why a server is in its state, in one sentence, and the command that changes it. Pure.
#pragma once
#include <string>

#include "proxy/rest/admin_types.h"

namespace proxy::rest {

struct Explanation {
  std::string summary;
  std::string fix;  // a command, or what to do first; empty: nothing is wrong
};

Explanation explain(const ServerDetail& detail);

}  // namespace proxy::rest
