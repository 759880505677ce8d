#include "protocol/envelope_sink.h"

#include <fmt/format.h>

#include <charconv>
#include <span>

namespace protocol::detail {
namespace {

struct MemberRow {
  std::string_view key;
  Member member;
};

constexpr std::array kOfMessage{
    MemberRow{"jsonrpc", Member::jsonrpc}, MemberRow{"id", Member::id},
    MemberRow{"method", Member::method},   MemberRow{"params", Member::params},
    MemberRow{"result", Member::result},   MemberRow{"error", Member::error},
};
constexpr std::array kOfParams{
    MemberRow{"name", Member::name},
    MemberRow{"arguments", Member::arguments},
    MemberRow{"_meta", Member::meta},
    MemberRow{"uri", Member::uri},
    MemberRow{"cursor", Member::cursor},
    MemberRow{"level", Member::level},
    MemberRow{"protocolVersion", Member::protocol_version},
    MemberRow{"progressToken", Member::progress_token},
    MemberRow{"requestId", Member::request_id},
};
constexpr std::array kOfMeta{
    MemberRow{"progressToken", Member::progress_token},
    MemberRow{"io.modelcontextprotocol/protocolVersion", Member::protocol_version},
};
constexpr std::array kOfResult{
    MemberRow{"isError", Member::is_error},
    MemberRow{"nextCursor", Member::next_cursor},
    MemberRow{"resultType", Member::result_type},
};
constexpr std::array kOfError{
    MemberRow{"code", Member::code},
    MemberRow{"message", Member::message},
};

std::span<const MemberRow> members_of(Scope scope) {
  switch (scope) {
    case Scope::message:
      return kOfMessage;
    case Scope::params:
      return kOfParams;
    case Scope::meta:
      return kOfMeta;
    case Scope::result:
      return kOfResult;
    case Scope::error:
      return kOfError;
  }
  return {};
}

Member member_of(Scope scope, std::string_view key) {
  for (const MemberRow& row : members_of(scope)) {
    if (row.key == key) return row.member;
  }
  return Member::other;
}

std::string_view name_of(Scope scope) {
  switch (scope) {
    case Scope::message:
      return "the message";
    case Scope::params:
      return "params";
    case Scope::meta:
      return "params._meta";
    case Scope::result:
      return "result";
    case Scope::error:
      return "error";
  }
  return "";
}

bool is_integer(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

RawString raw_string(JsonKind kind, std::string_view raw) {
  if (kind != JsonKind::string) return {};
  const std::string_view content = between_quotes(raw);
  return {content, true, has_escapes(content)};
}

}  // namespace

void Token::set(JsonKind kind, std::string_view text) {
  const bool typed = kind == JsonKind::string || (kind == JsonKind::number && is_integer(text));
  if (typed && text.size() <= kIdBytesMax) {
    state = State::good;
    raw = text;
  } else {
    state = kind == JsonKind::null ? State::null : State::bad;
    raw = {};
  }
}

std::optional<Scope> EnvelopeSink::scope_of(JsonKind kind) const {
  if (kind != JsonKind::object) return std::nullopt;
  if (tracked_ == 0) return Scope::message;
  const Level& level = levels_[tracked_ - 1];
  if (level.scope == Scope::message) {
    if (level.member == Member::params) return Scope::params;
    if (level.member == Member::result) return Scope::result;
    if (level.member == Member::error) return Scope::error;
  }
  if (level.scope == Scope::params && level.member == Member::meta) return Scope::meta;
  return std::nullopt;
}

void EnvelopeSink::take_key(std::string_view raw) {
  Level& level = levels_[tracked_ - 1];
  const std::string_view key =
      has_escapes(raw) ? unescaped_keys_.emplace_front(unescape(raw)) : raw;
  level.member = member_of(level.scope, key);
  if (level.keys.size() >= kKeysMax) {
    fail(fmt::format("{} has over {} keys", name_of(level.scope), kKeysMax));
  } else if (!level.keys.insert(key)) {
    if (level.member == Member::id) id_twice_ = true;
    fail(fmt::format("the key \"{}\" stands twice in {}", raw.substr(0, 64), name_of(level.scope)));
  }
}

void EnvelopeSink::value(JsonKind kind, std::string_view raw) {
  if (tracked_ == 0) return fail("the message is not an object");
  const Level& level = levels_[tracked_ - 1];
  switch (level.scope) {
    case Scope::message:
      return message_member(level.member, kind, raw);
    case Scope::params:
      return params_member(level.member, kind, raw);
    case Scope::meta:
      if (level.member == Member::progress_token) meta_token_.set(kind, raw);
      if (level.member == Member::protocol_version) {
        envelope_.meta_claims_version = true;
        envelope_.meta_protocol_version = raw_string(kind, raw);
      }
      return;
    case Scope::result:
      if (level.member == Member::is_error) envelope_.result_is_error = raw == "true";
      if (level.member == Member::next_cursor) envelope_.next_cursor = raw_string(kind, raw);
      if (level.member == Member::result_type) envelope_.result_type = raw_string(kind, raw);
      return;
    case Scope::error:
      if (level.member == Member::code) take_code(kind, raw);
      if (level.member == Member::message) envelope_.error_message = raw_string(kind, raw);
      return;
  }
}

void EnvelopeSink::message_member(Member member, JsonKind kind, std::string_view raw) {
  switch (member) {
    case Member::jsonrpc:
      version_ok_ = raw == "\"2.0\"";
      return;
    case Member::id:
      return id_.set(kind, raw);
    case Member::method:
      return take_method(kind, raw);
    case Member::params:
      return take_object(kind, raw, envelope_.params, "params");
    case Member::result:
      has_result_ = true;
      return take_object(kind, raw, envelope_.result, "result");
    case Member::error:
      has_error_ = true;
      error_is_null_ = kind == JsonKind::null;
      if (error_is_null_) return;
      return take_object(kind, raw, envelope_.error, "error");
    default:
      return;
  }
}

void EnvelopeSink::params_member(Member member, JsonKind kind, std::string_view raw) {
  switch (member) {
    case Member::name:
      envelope_.name = raw_string(kind, raw);
      return;
    case Member::uri:
      envelope_.uri = raw_string(kind, raw);
      return;
    case Member::cursor:
      envelope_.cursor = raw_string(kind, raw);
      envelope_.cursor_is_no_string = kind != JsonKind::string && kind != JsonKind::null;
      return;
    case Member::level:
      envelope_.level = raw_string(kind, raw);
      return;
    case Member::protocol_version:
      envelope_.protocol_version = raw_string(kind, raw);
      return;
    case Member::arguments:
      envelope_.arguments = raw;
      envelope_.arguments_is_object = kind == JsonKind::object;
      return;
    case Member::progress_token:
      return params_token_.set(kind, raw);
    case Member::request_id:
      return request_id_.set(kind, raw);
    case Member::meta:
      return take_object(kind, raw, envelope_.meta, "params._meta");
    default:
      return;
  }
}

void EnvelopeSink::take_object(JsonKind kind, std::string_view raw, std::string_view& into,
                               std::string_view what) {
  if (kind != JsonKind::object) return fail(fmt::format("{} is not an object", what));
  into = raw;
}

void EnvelopeSink::take_method(JsonKind kind, std::string_view raw) {
  has_method_ = true;
  if (kind != JsonKind::string || raw.size() <= 2) return fail("method is not a string with text");
  const std::string_view content = between_quotes(raw);
  if (content.size() > kMethodBytesMax) return fail("method is longer than 128 bytes");
  envelope_.method_name = content;
  if (!has_escapes(content)) {
    envelope_.method = method_from(content);
    return;
  }
  envelope_.method = method_from(unescape(content));
  if (envelope_.method != Method::unknown) envelope_.method_name = to_string(envelope_.method);
}

void EnvelopeSink::take_code(JsonKind kind, std::string_view raw) {
  int code = 0;
  if (kind != JsonKind::number || !is_integer(raw)) return;
  const char* end = raw.data() + raw.size();
  if (std::from_chars(raw.data(), end, code).ptr == end) envelope_.error_code = code;
}

// A number that nothing stands behind yet may be the beginning of another, or of no number at all.
std::string EnvelopeSink::trusted_id() const {
  if (id_.raw.empty() || id_twice_) return {};
  const bool is_last = tracked_ > 0 && levels_[0].member == Member::id;
  if (is_last && !id_.raw.starts_with('"')) return {};
  return std::string(id_.raw);
}

const std::string& EnvelopeSink::finish() {
  if (!problem_.empty()) return problem_;
  if (error_is_null_ && has_result_) has_error_ = false;  // JSON-RPC 1.0 libraries write both
  if (!version_ok_) {
    fail("jsonrpc is not \"2.0\"");
  } else if (static_cast<int>(has_method_) + has_result_ + has_error_ > 1) {
    fail("the message has more than one of method, result and error");
  } else if (has_method_) {
    finish_request();
  } else if (has_result_ || has_error_) {
    finish_response();
  } else {
    fail("the message has no method, result or error");
  }
  return problem_;
}

void EnvelopeSink::finish_request() {
  if (!id_.usable()) {
    return fail("the id of a request must be a string or an integer of at most 256 bytes");
  }
  envelope_.kind =
      id_.state == Token::State::absent ? MessageKind::notification : MessageKind::request;
  envelope_.id = id_.raw;
  const bool progress = envelope_.method == Method::progress;
  const Token& token = progress ? params_token_ : meta_token_;
  if (!token.usable()) {
    return fail("progressToken must be a string or an integer of at most 256 bytes");
  }
  envelope_.progress_token = token.raw;
  if (envelope_.method != Method::cancelled) return;
  if (!request_id_.usable()) {
    return fail("requestId must be a string or an integer of at most 256 bytes");
  }
  envelope_.request_id = request_id_.raw;
}

void EnvelopeSink::finish_response() {
  envelope_.kind = has_result_ ? MessageKind::response : MessageKind::error_response;
  envelope_.id = id_.raw;
  if (!has_result_ && error_is_null_) return fail("error is not an object");
  if (id_.state == Token::State::good) return;
  if (has_result_) return fail("the id of a result must be a string or an integer");
  if (id_.state == Token::State::bad)
    fail("the id of an error must be a string, an integer or null");
}

}  // namespace protocol::detail
