// Collects an Envelope from the JSON events of one pass. Part of scan(); resource, on the stack.
#pragma once
#include <array>
#include <forward_list>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/envelope.h"
#include "protocol/key_set.h"
#include "protocol/raw_json.h"

namespace protocol::detail {

// The objects whose members matter. Each is open at most once at a time, at the depth of its value.
enum class Scope : std::uint8_t { message, params, meta, result, error };

enum class Member : std::uint8_t {
  other,
  // of the message
  jsonrpc,
  id,
  method,
  params,
  result,
  error,
  // of params
  name,
  uri,
  arguments,
  cursor,
  level,
  protocol_version,
  progress_token,
  request_id,
  meta,
  // of result
  is_error,
  next_cursor,
  result_type,
  // of error
  code,
  message,
};

// An id or token as it was found: kept until the whole message is known.
struct Token {
  enum class State : std::uint8_t { absent, good, null, bad } state = State::absent;
  std::string_view raw;

  void set(JsonKind kind, std::string_view text);
  bool usable() const { return state == State::absent || state == State::good; }
};

// What is wrong with the message is noted and the pass goes on: the id may still come, and whether
// the JSON itself is valid decides about the error's code.
class EnvelopeSink {
 public:
  bool scalar(JsonKind kind, std::string_view raw) {
    if (depth_ == tracked_) value(kind, raw);
    return true;
  }
  bool key(std::string_view raw) {
    if (depth_ == tracked_) take_key(raw);
    return true;
  }
  bool open(JsonKind kind, const char* first) {
    if (depth_ == tracked_) {
      if (depth_ == 0 && kind == JsonKind::array) {
        batch_ = true;
        return false;
      }
      if (depth_ > 0) levels_[tracked_ - 1].start = first;
      if (const std::optional<Scope> scope = scope_of(kind)) {
        Level& level = levels_[tracked_++];
        level.scope = *scope;
        level.keys.clear();
      } else {
        levels_[tracked_ - 1].kind = kind;
      }
    }
    ++depth_;
    return true;
  }
  bool close(const char* end) {
    JsonKind kind = JsonKind::object;
    if (depth_ == tracked_) {
      --tracked_;
    } else if (depth_ == tracked_ + 1) {
      kind = levels_[tracked_ - 1].kind;
    }
    --depth_;
    if (depth_ == tracked_ && depth_ > 0) {
      const char* start = levels_[tracked_ - 1].start;
      value(kind, {start, static_cast<std::size_t>(end - start)});
    }
    return true;
  }

  bool batch() const { return batch_; }
  bool has_method() const { return has_method_; }
  std::string trusted_id() const;

  // What is wrong with the envelope, or empty; completes the envelope otherwise.
  const std::string& finish();
  const Envelope& envelope() const { return envelope_; }

 private:
  struct Level {
    Scope scope;
    Member member;
    JsonKind kind;
    const char* start;
    KeySet keys;
  };

  void fail(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
  }
  // The scope that a value opens which begins now, if its members matter.
  std::optional<Scope> scope_of(JsonKind kind) const;
  void take_key(std::string_view raw);
  void value(JsonKind kind, std::string_view raw);
  void message_member(Member member, JsonKind kind, std::string_view raw);
  void params_member(Member member, JsonKind kind, std::string_view raw);
  void take_method(JsonKind kind, std::string_view raw);
  void take_code(JsonKind kind, std::string_view raw);
  void take_object(JsonKind kind, std::string_view raw, std::string_view& into,
                   std::string_view what);
  void finish_request();
  void finish_response();

  std::uint32_t depth_ = 0;
  std::uint32_t tracked_ = 0;  // levels_ in use: the innermost object whose members matter
  std::array<Level, 3> levels_;
  std::forward_list<std::string> unescaped_keys_;
  Envelope envelope_;
  Token id_;
  Token params_token_;
  Token meta_token_;
  Token request_id_;
  bool version_ok_ = false;
  bool has_method_ = false;
  bool has_result_ = false;
  bool has_error_ = false;
  bool error_is_null_ = false;
  bool id_twice_ = false;
  bool batch_ = false;
  std::string problem_;
};

}  // namespace protocol::detail
