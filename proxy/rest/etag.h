// ETag and If-Match: what a change was made for. Pure.
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "proxy/config/edit.h"
#include "proxy/http/request.h"

namespace proxy::rest {

inline constexpr std::string_view kETag = "ETag";

// The hash in double quotes.
std::string etag_of(const config::ContentHash& hash);

// Nothing without the header, and for "*". A weak tag, or one that is none of ours, matches
// nothing. Errors: invalid_argument for what is no single tag, config_changed.
base::Result<config::IfMatch> if_match_of(const http::Request& request);
base::Result<config::IfMatch> if_match_from(std::string_view value);

}  // namespace proxy::rest
