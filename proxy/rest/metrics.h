// GET /metrics: the daemon's numbers in the Prometheus text format. Pure.
#pragma once
#include <string>

#include "proxy/rest/admin_types.h"

namespace proxy::rest {

inline constexpr std::string_view kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics_text(const DaemonStatus& status);

}  // namespace proxy::rest
