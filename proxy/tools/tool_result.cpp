#include "proxy/tools/tool_result.h"

#include "protocol/messages.h"

namespace proxy::tools {

std::string error_result(const base::Error& error) {
  std::string out;
  protocol::append_text_result(
      out, fmt::format("{} [{}]", base::one_line(error), base::to_string(error.code)),
      /*is_error=*/true);
  return out;
}

}  // namespace proxy::tools
