#include "proxy/cli/server_fix.h"

#include <fmt/format.h>

#include "proxy/cli/json_view.h"

namespace proxy::cli {

base::Error with_fix(Context& context, base::Error error, const std::string& server) {
  if (error.code != base::ErrorCode::server_disabled) return error;
  const auto data = context.get("servers/" + percent_encoded(server));
  const auto document = data ? base::parse_document(*data, Context::kDataLimits) : data.error();
  const auto* why = document ? base::json_object(*document, "why") : nullptr;
  const std::string fix = why != nullptr ? text_of(*why, "fix") : "";
  if (!fix.empty()) error.remedy = fix;
  return error;
}

}  // namespace proxy::cli
