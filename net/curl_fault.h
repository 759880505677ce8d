// From libcurl's results to faults, with words for people. Pure but for reading the handle.
#pragma once
#include <curl/curl.h>

#include <string_view>

#include "net/http_client.h"

namespace net {

// `problem`: what libcurl wrote about it; may be empty. `sent` is left to the caller.
End curl_end(CURL* handle, CURLcode result, std::string_view problem, bool head_came);

}  // namespace net
