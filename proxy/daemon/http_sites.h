// From the url and headers of an upstream to what dials it. Pure.
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "upstream/fleet/upstream_spec.h"
#include "upstream/http/http_site.h"

namespace proxy::daemon {

// `environment` ("NAME=value") names the proxy. Errors: config_invalid, for a url that is none or a
// header that would break the request apart.
base::Result<upstream::HttpSite> http_site(const std::string& server,
                                           const upstream::HttpLaunch& launch,
                                           const std::vector<std::string>& environment);

}  // namespace proxy::daemon
