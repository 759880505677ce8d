// One whole HTTP request, as views. Resource.
//
// Ownership: the server's. The request and all views of it are valid until on_request() returns;
//            a handler that answers later copies what it needs, or takes the body.
// Threads:   the loop thread.
// Cost:      a known header is one array access; another name is a search over the fields.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http/message.h"
#include "proxy/http/peer.h"

namespace proxy::http {

// What the handler found of who asks: made once for a request, kept from on_head() to on_request().
// Value.
struct Judgement {
  bool known = false;   // who asks showed more than any stranger could
  std::uint8_t as = 0;  // the handler's own number for who it is
};

class Request {
 public:
  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  Method method() const { return method_; }
  // "/mcp/all?x=1" as sent; path and query are the parts before and after the first '?', not
  // percent-decoded.
  std::string_view target() const { return target_; }
  std::string_view path() const { return path_; }
  std::string_view query() const { return query_; }

  // The value without surrounding white space; empty when absent (has() tells the difference). The
  // first one when a header that may repeat does.
  std::string_view header(Header known) const { return known_[index(known)].value; }
  bool has(Header known) const { return known_[index(known)].name.data() != nullptr; }
  std::optional<std::string_view> header(std::string_view name) const;
  // All in their order, repeated ones too.
  std::span<const HeaderField> headers() const { return {fields_.data(), field_count_}; }
  // Over all Accept headers; a request without one accepts everything. See accept_allows().
  bool accepts(std::string_view media_type) const;
  // A proxy has passed it on: it has a header that is_added_by_proxies().
  bool was_forwarded() const { return forwarded_; }

  // One is declared, of at least a byte (or chunked).
  bool has_body() const { return has_body_; }
  std::string_view body() const { return {body_.data(), body_.size()}; }
  // May be changed in place.
  std::span<char> mutable_body() { return body_; }
  // The body as the caller's own; moved when it is in a buffer of its own (large or chunked
  // bodies), copied otherwise. body() is empty afterwards.
  std::string take_body();

  const Peer& peer() const { return *peer_; }
  void set_judgement(Judgement judgement) { judgement_ = judgement; }
  const std::optional<Judgement>& judgement() const { return judgement_; }
  bool keep_alive() const { return keep_alive_; }
  // Minor version of HTTP/1: 0 or 1.
  unsigned version_minor() const { return version_minor_; }

 private:
  friend class RequestParser;
  friend class Connection;
  static std::size_t index(Header known) { return static_cast<std::size_t>(known); }

  Method method_ = Method::other;
  bool keep_alive_ = false;
  bool forwarded_ = false;
  bool has_body_ = false;
  std::uint8_t version_minor_ = 1;
  std::string_view target_, path_, query_;
  std::array<HeaderField, kHeaderCount> known_{};
  std::array<HeaderField, kHeaderSlots> fields_{};
  std::size_t field_count_ = 0;
  std::span<char> body_;
  std::string body_buffer_;  // the body when it did not arrive in one piece with its headers
  const Peer* peer_ = nullptr;
  std::optional<Judgement> judgement_;
};

}  // namespace proxy::http
