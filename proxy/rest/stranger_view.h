// What a caller without the key learns of a server: that it is there, how it is, what to do. No
// argument, no address, no directory, nothing that it or the network said. Pure.
#pragma once
#include <string>

#include "proxy/rest/admin_types.h"
#include "proxy/rest/why.h"

namespace proxy::rest {

std::string stranger_json(const ServerDetail& detail);

// explain() without the words of failures; their codes stay.
Explanation explain_to_stranger(ServerDetail detail);

}  // namespace proxy::rest
