// Which HTTP status goes with an error. Pure.
#pragma once
#include "base/error_code.h"
#include "proxy/http/message.h"

namespace proxy::rest {

http::Status status_of(base::ErrorCode code);

}  // namespace proxy::rest
