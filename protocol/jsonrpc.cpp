#include "protocol/jsonrpc.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace protocol {

void append_line_safe(std::string& out, std::string_view raw) {
  const std::size_t from = out.size();
  out += raw;
  if (raw.find('\n') == std::string_view::npos && raw.find('\r') == std::string_view::npos) return;
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(from), out.end(),
      [](char c) { return c == '\n' || c == '\r'; }, ' ');
}

void append_error_object(std::string& out, const RpcError& error) {
  fmt::format_to(std::back_inserter(out), "{{\"code\":{},\"message\":", error.code);
  append_json_string(out, error.message);
  if (!error.data_json.empty()) {
    out += ",\"data\":";
    append_line_safe(out, error.data_json);
  }
  out += '}';
}

}  // namespace protocol
