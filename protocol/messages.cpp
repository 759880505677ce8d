#include "protocol/messages.h"

#include <fmt/format.h>

#include <iterator>

#include "protocol/members.h"

namespace protocol {

void append_text_result(std::string& out, std::string_view text, bool is_error) {
  out += R"({"content":[{"type":"text","text":)";
  append_json_string(out, text);
  out += is_error ? R"(}],"isError":true})" : R"(}],"isError":false})";
}

void append_structured_result(std::string& out, std::string_view structured) {
  out += R"({"content":[{"type":"text","text":)";
  append_json_string(out, structured);
  out += R"(}],"structuredContent":)";
  append_line_safe(out, structured);
  out += R"(,"isError":false})";
}

void append_progress_params(std::string& out, std::string_view token, double progress,
                            std::optional<double> total, std::string_view message) {
  out += "{\"progressToken\":";
  out += token;
  fmt::format_to(std::back_inserter(out), ",\"progress\":{}", progress);
  if (total) fmt::format_to(std::back_inserter(out), ",\"total\":{}", *total);
  if (!message.empty()) {
    out += ",\"message\":";
    append_json_string(out, message);
  }
  out += '}';
}

void append_list_params(std::string& out, std::optional<std::string_view> cursor) {
  out += '{';
  if (cursor) {
    out += "\"cursor\":";
    append_json_string(out, *cursor);
  }
  out += '}';
}

void append_call_params(std::string& out, std::string_view name, std::string_view arguments) {
  out += "{\"name\":";
  append_json_string(out, name);
  if (!arguments.empty()) {
    out += ",\"arguments\":";
    append_line_safe(out, arguments);
  }
  out += '}';
}

RpcError read_error(const Envelope& envelope) {
  RpcError error;
  error.code = envelope.error_code.value_or(kInternalError);
  if (envelope.error_message.present) error.message = envelope.error_message.text();
  if (error.message.find_first_not_of(" \t\r\n") == std::string::npos) {
    error.message = "the server names no reason";
  }
  if (envelope.error.empty()) return error;
  for_each_member(envelope.error, [&](const JsonMember& member) {
    if (member.key_is("data")) error.data_json = member.value;
    return true;
  });
  return error;
}

}  // namespace protocol
