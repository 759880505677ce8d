#include "protocol/splice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <iterator>

#include "protocol/members.h"
#include "protocol/raw_json.h"

namespace protocol {
namespace {

void append_number(std::string& out, std::uint64_t number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

bool is_empty_object(std::string_view object) {
  return object.find_first_not_of(" \t\r\n", 1) == object.size() - 1;
}

// A place in the raw params and what is written instead of it.
struct Patch {
  enum class What : std::uint8_t {
    name,
    uri,
    token,
    token_into_meta,
    meta_with_token,
    meta_without_token,
  };
  std::string_view place;  // a view into the params; may be empty: an insertion
  What what = What::token;
};

// A whole string, quotes included, of which `content` is what stands between the quotes.
std::string_view with_quotes(std::string_view content) {
  return {content.data() - 1, content.size() + 2};
}

Patch token_patch(const Envelope& from, bool wanted) {
  if (!wanted) return {from.meta, Patch::What::meta_without_token};
  if (!from.progress_token.empty()) return {from.progress_token, Patch::What::token};
  if (!from.meta.empty()) return {from.meta.substr(1, 0), Patch::What::token_into_meta};
  return {from.params.substr(1, 0), Patch::What::meta_with_token};
}

void append_token_member(std::string& out, std::uint64_t token) {
  out += "\"progressToken\":";
  append_number(out, token);
}

void append_patch(std::string& out, Patch::What what, const Envelope& from,
                  const ParamsChange& change) {
  switch (what) {
    case Patch::What::name:
      return append_json_string(out, *change.name);
    case Patch::What::uri:
      return append_json_string(out, *change.uri);
    case Patch::What::token:
      return append_number(out, *change.progress_token);
    case Patch::What::token_into_meta:
      append_token_member(out, *change.progress_token);
      if (!is_empty_object(from.meta)) out += ',';
      return;
    case Patch::What::meta_with_token:
      out += "\"_meta\":{";
      append_token_member(out, *change.progress_token);
      out += is_empty_object(from.params) ? "}" : "},";
      return;
    case Patch::What::meta_without_token:
      return append_edited_object(out, from.meta, std::array{MemberEdit{"progressToken", ""}});
  }
}

void open_message(std::string& out) {
  out += "{\"jsonrpc\":\"2.0\",";
}

void open_response(std::string& out, std::string_view id) {
  open_message(out);
  out += "\"id\":";
  out += id.empty() ? std::string_view("null") : id;
}

}  // namespace

void append_request(std::string& out, std::uint64_t id, std::string_view method,
                    std::string_view params) {
  open_message(out);
  out += "\"id\":";
  append_number(out, id);
  out += ",\"method\":";
  append_json_string(out, method);
  if (!params.empty()) {
    out += ",\"params\":";
    append_line_safe(out, params);
  }
  out += '}';
}

void append_request(std::string& out, std::uint64_t id, const Envelope& from,
                    const ParamsChange& change) {
  open_message(out);
  out += "\"id\":";
  append_number(out, id);
  // The name is what scan() accepted, or one of ours: it stands as it is.
  out += ",\"method\":\"";
  out += from.method_name;
  out += '"';
  if (!from.params.empty() || change.progress_token) {
    out += ",\"params\":";
    append_params(out, from, change);
  }
  out += '}';
}

void append_params(std::string& out, const Envelope& from, const ParamsChange& change) {
  if (from.params.empty()) {
    out += '{';
    if (change.progress_token) {
      out += "\"_meta\":{\"progressToken\":";
      append_number(out, *change.progress_token);
      out += '}';
    }
    out += '}';
    return;
  }
  std::array<Patch, 3> room;
  std::size_t count = 0;
  if (change.name && from.name.present) {
    room[count++] = {with_quotes(from.name.raw), Patch::What::name};
  }
  if (change.uri && from.uri.present) {
    room[count++] = {with_quotes(from.uri.raw), Patch::What::uri};
  }
  if (change.progress_token || !from.progress_token.empty()) {
    room[count++] = token_patch(from, change.progress_token.has_value());
  }
  const auto patches = std::span(room).first(count);
  std::ranges::sort(patches, {}, [](const Patch& patch) { return patch.place.data(); });
  const char* done = from.params.data();
  for (const Patch& patch : patches) {
    append_line_safe(out, {done, static_cast<std::size_t>(patch.place.data() - done)});
    append_patch(out, patch.what, from, change);
    done = patch.place.data() + patch.place.size();
  }
  const char* end = from.params.data() + from.params.size();
  append_line_safe(out, {done, static_cast<std::size_t>(end - done)});
}

void append_notification(std::string& out, std::string_view method, std::string_view params) {
  open_message(out);
  out += "\"method\":";
  append_json_string(out, method);
  if (!params.empty()) {
    out += ",\"params\":";
    append_line_safe(out, params);
  }
  out += '}';
}

void append_progress(std::string& out, const Envelope& from, std::string_view token) {
  assert(!from.progress_token.empty());
  open_message(out);
  out += "\"method\":\"notifications/progress\",\"params\":";
  const auto before = static_cast<std::size_t>(from.progress_token.data() - from.params.data());
  append_line_safe(out, from.params.substr(0, before));
  out += token;
  append_line_safe(out, from.params.substr(before + from.progress_token.size()));
  out += '}';
}

void append_cancelled(std::string& out, std::uint64_t request_id, std::string_view reason) {
  open_message(out);
  out += "\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":";
  append_number(out, request_id);
  if (!reason.empty()) {
    out += ",\"reason\":";
    append_json_string(out, reason);
  }
  out += "}}";
}

void append_response(std::string& out, std::string_view id, std::string_view result) {
  assert(!id.empty());
  open_response(out, id);
  out += ",\"result\":";
  append_line_safe(out, result);
  out += '}';
}

void append_error_response(std::string& out, std::string_view id, const RpcError& error) {
  open_response(out, id);
  out += ",\"error\":";
  append_error_object(out, error);
  out += '}';
}

void append_error_response(std::string& out, std::string_view id, std::string_view raw_error) {
  open_response(out, id);
  out += ",\"error\":";
  append_line_safe(out, raw_error);
  out += '}';
}

void append_edited_object(std::string& out, std::string_view object,
                          std::span<const MemberEdit> edits) {
  assert(edits.size() <= 64);
  std::uint64_t met = 0;
  bool first = true;
  const auto comma = [&] {
    if (!first) out += ',';
    first = false;
  };
  out += '{';
  for_each_member(object, [&](const JsonMember& member) {
    const auto edit = std::ranges::find_if(
        edits, [&](const MemberEdit& candidate) { return member.key_is(candidate.key); });
    if (edit != edits.end()) met |= std::uint64_t{1} << (edit - edits.begin());
    if (edit != edits.end() && edit->value.empty()) return true;
    comma();
    out += '"';
    out += member.raw_key;
    out += "\":";
    append_line_safe(out, edit == edits.end() ? member.value : edit->value);
    return true;
  });
  for (std::size_t i = 0; i < edits.size(); ++i) {
    if ((met >> i & 1) != 0 || edits[i].value.empty()) continue;
    comma();
    append_json_string(out, edits[i].key);
    out += ':';
    append_line_safe(out, edits[i].value);
  }
  out += '}';
}

}  // namespace protocol
