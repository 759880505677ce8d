#include "upstream/session/request_writer.h"

#include <fmt/format.h>

#include "base/reused_buffer.h"
#include "protocol/envelope.h"
#include "protocol/jsonrpc.h"
#include "protocol/splice.h"

namespace upstream {
namespace {

protocol::ParamsChange change_of(const CallSpec& spec, std::uint64_t id) {
  protocol::ParamsChange change;
  if (!spec.name.empty()) change.name = spec.name;
  if (!spec.uri.empty()) change.uri = spec.uri;
  if (!spec.progress_token.empty()) change.progress_token = id;
  return change;
}

void append_named_params(std::string& out, const CallSpec& spec) {
  out += "{\"name\":";
  protocol::append_json_string(out, spec.name);
  out += ",\"arguments\":";
  if (spec.arguments.empty()) {
    out += "{}";
  } else {
    protocol::append_line_safe(out, spec.arguments);
  }
}

}  // namespace

std::string_view method_of(const CallSpec& spec) {
  return spec.request != nullptr ? spec.request->method_name : spec.method;
}

std::string_view name_of(const CallSpec& spec) {
  if (!spec.name.empty()) return spec.name;
  if (!spec.uri.empty()) return spec.uri;
  if (spec.request == nullptr) return {};
  return spec.request->name.present ? spec.request->name.raw : spec.request->uri.raw;
}

std::size_t bytes_of(const CallSpec& spec) {
  return spec.request != nullptr ? spec.request->params.size()
                                 : spec.params.size() + spec.arguments.size();
}

base::Result<std::string_view> RequestWriter::write(std::uint64_t id, const CallSpec& spec) {
  out_.clear();
  params_.clear();
  if (spec.request == nullptr && spec.name.empty()) return write_params(id, spec);
  if (spec.request != nullptr) {
    write_forwarded(id, spec);
  } else {
    write_named(id, spec);
  }
  return std::string_view(out_);
}

void RequestWriter::release_if_large() {
  base::ReusedBuffer::release_if_large(out_);
  base::ReusedBuffer::release_if_large(params_);
}

void RequestWriter::write_forwarded(std::uint64_t id, const CallSpec& spec) {
  protocol::append_request(out_, id, *spec.request, change_of(spec, id));
}

void RequestWriter::write_named(std::uint64_t id, const CallSpec& spec) {
  append_named_params(params_, spec);
  if (!spec.progress_token.empty()) {
    params_ += ",\"_meta\":{\"progressToken\":";
    const fmt::format_int number(id);
    params_.append(number.data(), number.size());
    params_ += '}';
  }
  params_ += '}';
  protocol::append_request(out_, id, spec.method, params_);
}

// The params may hold a progress token somewhere: read as a request, forwarded like one.
base::Result<std::string_view> RequestWriter::write_params(std::uint64_t id, const CallSpec& spec) {
  if (spec.params.empty() && spec.progress_token.empty()) {
    protocol::append_request(out_, id, spec.method, {});
    return std::string_view(out_);
  }
  protocol::append_request(params_, id, spec.method, spec.params);
  const protocol::Scanned scanned = protocol::scan(params_);
  if (!scanned) return scanned.error().error;
  protocol::append_request(out_, id, *scanned, change_of(spec, id));
  return std::string_view(out_);
}

StoredCall::StoredCall(const CallSpec& spec)
    : method_(method_of(spec)), token_(spec.progress_token) {
  plain_.deadline = spec.deadline;
  plain_.caller = spec.caller;
  plain_.tag = spec.tag;
  plain_.sink = spec.sink;
  if (spec.request != nullptr) {
    // A token gets its place here and its value when it is sent.
    protocol::append_params(params_, *spec.request, change_of(spec, 0));
  } else if (!spec.name.empty()) {
    append_named_params(params_, spec);
    params_ += '}';
  } else {
    params_ = spec.params;
  }
}

}  // namespace upstream
