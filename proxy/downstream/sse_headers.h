// The headers of every event stream we open: no cache and no buffering on the way.
#pragma once
#include <array>

#include "proxy/http/message.h"

namespace proxy::downstream {

inline constexpr std::array<http::HeaderField, 2> kSseHeaders{
    http::HeaderField{"Cache-Control", "no-cache"}, http::HeaderField{"X-Accel-Buffering", "no"}};

}  // namespace proxy::downstream
