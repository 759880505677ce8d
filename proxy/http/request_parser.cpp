#include "proxy/http/request_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "proxy/http/forwarding.h"

namespace proxy::http {
namespace {

constexpr std::size_t kKeptBufferBytesMax = 16 * kKiB;
// Chunk sizes and extensions may not outweigh the body they carry by more than this.
constexpr std::size_t kChunkOverheadFactor = 16;
constexpr std::size_t kChunkOverheadBytesMax = 64 * kKiB;
constexpr std::size_t kMethodBytesMax = 32;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

void forget(std::string& buffer) {
  if (buffer.capacity() > kKeptBufferBytesMax) {
    std::string().swap(buffer);
  } else {
    buffer.clear();
  }
}

Method method_of(std::uint8_t llhttp_number) {
  switch (static_cast<llhttp_method_t>(llhttp_number)) {
    case HTTP_GET:
      return Method::get;
    case HTTP_HEAD:
      return Method::head;
    case HTTP_POST:
      return Method::post;
    case HTTP_PUT:
      return Method::put;
    case HTTP_PATCH:
      return Method::patch;
    case HTTP_DELETE:
      return Method::delete_;
    case HTTP_OPTIONS:
      return Method::options;
    default:
      return Method::other;  // the list is llhttp's, not ours
  }
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

// Every CR is followed by LF, every LF follows a CR, and no line starts with white space.
bool lines_are_strict(std::string_view head) {
  std::size_t lines = 0;
  for (std::size_t at = head.find('\r'); at != std::string_view::npos;
       at = head.find('\r', at + 2)) {
    if (head[at + 1] != '\n' || (at + 2 < head.size() && is_blank(head[at + 2]))) return false;
    ++lines;
  }
  return lines == static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
}

}  // namespace

const llhttp_settings_t& RequestParser::settings() {
  static const llhttp_settings_t kSettings = [] {
    llhttp_settings_t s;
    llhttp_settings_init(&s);
    s.on_url = [](llhttp_t* p, const char* at, std::size_t n) {
      static_cast<RequestParser*>(p->data)->request_.target_ = {at, n};
      return 0;
    };
    s.on_header_field = [](llhttp_t* p, const char* at, std::size_t n) {
      return static_cast<RequestParser*>(p->data)->on_field(at, n);
    };
    s.on_header_value = [](llhttp_t* p, const char* at, std::size_t n) {
      return static_cast<RequestParser*>(p->data)->on_value(at, n);
    };
    s.on_header_value_complete = [](llhttp_t* p) {
      return static_cast<RequestParser*>(p->data)->on_value_complete();
    };
    s.on_headers_complete = [](llhttp_t* p) {
      return static_cast<RequestParser*>(p->data)->on_head_complete();
    };
    s.on_body = [](llhttp_t* p, const char* at, std::size_t n) {
      return static_cast<RequestParser*>(p->data)->on_body(at, n);
    };
    s.on_message_complete = [](llhttp_t* p) {
      static_cast<RequestParser*>(p->data)->message_complete_ = true;
      return static_cast<int>(HPE_PAUSED);
    };
    return s;
  }();
  return kSettings;
}

void RequestParser::start(const Limits& limits, const Peer& peer) {
  assert(limits.header_count_max <= kHeaderSlots);
  limits_ = &limits;
  llhttp_init(&parser_, HTTP_REQUEST, &settings());
  parser_.data = this;
  release();
  request_.known_.fill({});
  request_.field_count_ = 0;
  request_.target_ = {};
  request_.body_ = {};
  request_.forwarded_ = request_.has_body_ = false;
  request_.judgement_.reset();
  request_.peer_ = &peer;
  head_ = {};
  body_bytes_ = raw_body_bytes_ = 0;
  head_complete_ = headers_done_ = message_complete_ = refused_ = false;
}

void RequestParser::release() {
  forget(head_buffer_);
  forget(request_.body_buffer_);
}

RequestParser::Step RequestParser::feed(std::span<char> bytes) {
  std::size_t used = 0;
  if (!head_complete_) {
    used = gather_head(bytes);
    if (head_complete_) parse_head();
  }
  if (head_complete_ && !message_complete_ && !refused_ && used < bytes.size()) {
    const std::span<char> body = bytes.subspan(used);
    raw_body_bytes_ += body.size();
    run(body.data(), body.size());
    if (raw_body_bytes_ > kChunkOverheadFactor * body_bytes_ + kChunkOverheadBytesMax) {
      refuse(Status::bad_request, "The chunked body is nearly all overhead.");
    }
    used = message_complete_
               ? static_cast<std::size_t>(llhttp_get_error_pos(&parser_) - bytes.data())
               : bytes.size();
  }
  if (refused_) return {Event::refused, used};
  if (message_complete_) return {Event::complete, used};
  keep_views();
  return {Event::need_more, used};
}

bool RequestParser::wants_continue() const {
  return head_complete_ && !message_complete_ && request_.version_minor_ == 1 &&
         request_.has(Header::expect);
}

int RequestParser::refuse(Status status, std::string reason) {
  if (!refused_) refusal_ = {status, std::move(reason)};
  refused_ = true;
  return -1;
}

int RequestParser::refuse_target() {
  return refuse(Status::uri_too_long,
                fmt::format("The request target is longer than {} bytes: shorten path and query.",
                            limits_->target_bytes_max));
}

int RequestParser::refuse_head() {
  return refuse(Status::header_fields_too_large,
                fmt::format("The request headers are larger than {} bytes: send less in them.",
                            limits_->head_bytes_max));
}

int RequestParser::refuse_body() {
  return refuse(Status::content_too_large,
                fmt::format("The request body is larger than {} bytes: send less, or raise "
                            "limits.message_bytes_max in the configuration.",
                            limits_->body_bytes_max));
}

// Returns how many of the bytes belong to the head (or to empty lines before it); sets head_ and
// head_complete_ when its end is there.
std::size_t RequestParser::gather_head(std::span<char> bytes) {
  std::size_t skipped = 0;
  if (head_buffer_.empty()) {
    while (skipped < bytes.size() && (bytes[skipped] == '\r' || bytes[skipped] == '\n')) ++skipped;
    const std::string_view fresh(bytes.data() + skipped, bytes.size() - skipped);
    const std::size_t end = fresh.find(kHeadEnd);
    if (end != std::string_view::npos) {
      head_ = bytes.subspan(skipped, end + kHeadEnd.size());
      head_complete_ = true;
      return skipped + head_.size();
    }
  }
  const std::size_t before = head_buffer_.size();
  const std::size_t from = before - std::min(before, kHeadEnd.size() - 1);
  const std::size_t room = limits_->head_bytes_max + 1 - before;
  head_buffer_.append(bytes.data() + skipped, std::min(bytes.size() - skipped, room));
  const std::size_t end = head_buffer_.find(kHeadEnd, from);
  if (end == std::string::npos) {
    check_unfinished_head(head_buffer_);
    return bytes.size();
  }
  head_buffer_.resize(end + kHeadEnd.size());
  head_ = head_buffer_;
  head_complete_ = true;
  return skipped + head_.size() - before;
}

// What can be refused without waiting for the rest.
void RequestParser::check_unfinished_head(std::string_view head) {
  if (head.empty()) return;
  if (head.front() < 'A' || head.front() > 'Z') {
    refuse(Status::bad_request, "The request is not well-formed HTTP/1.1.");
  } else if (head.size() > limits_->target_bytes_max + kMethodBytesMax &&
             head.find('\n') == std::string_view::npos) {
    refuse_target();
  } else if (head.size() > limits_->head_bytes_max) {
    refuse_head();
  }
}

void RequestParser::parse_head() {
  if (head_.size() > limits_->head_bytes_max) {
    refuse_head();
  } else if (!lines_are_strict({head_.data(), head_.size()})) {
    refuse(Status::bad_request, "The request headers have bare line ends or folded lines.");
  } else {
    run(head_.data(), head_.size());
  }
}

void RequestParser::run(const char* data, std::size_t length) {
  const llhttp_errno_t error = llhttp_execute(&parser_, data, length);
  if (error == HPE_OK || message_complete_ || refused_) return;
  if (error == HPE_INVALID_VERSION) {
    refuse(Status::http_version_not_supported, "This server speaks HTTP/1.1.");
  } else {
    refuse(Status::bad_request, "The request is not well-formed HTTP/1.1.");
  }
}

// The bytes fed will be overwritten by the next read: moves what is viewed in them.
void RequestParser::keep_views() {
  if (head_complete_ && head_buffer_.empty()) {
    head_buffer_.assign(head_.data(), head_.size());
    const auto moved = [&](std::string_view& view) {
      if (view.data() == nullptr) return;
      view = {head_buffer_.data() + (view.data() - head_.data()), view.size()};
    };
    moved(request_.target_);
    moved(request_.path_);
    moved(request_.query_);
    for (HeaderField& field : request_.known_) moved(field.name), moved(field.value);
    for (std::size_t i = 0; i < request_.field_count_; ++i) {
      moved(request_.fields_[i].name);
      moved(request_.fields_[i].value);
    }
    head_ = head_buffer_;
  }
  if (!request_.body_.empty() && request_.body_buffer_.empty()) {
    request_.body_buffer_.assign(request_.body_.data(), request_.body_.size());
    request_.body_ = request_.body_buffer_;
  }
}

int RequestParser::on_field(const char* at, std::size_t length) {
  if (headers_done_) {
    return refuse(Status::bad_request, "Trailers are not accepted.");
  }
  if (request_.field_count_ == limits_->header_count_max) {
    return refuse(Status::header_fields_too_large,
                  fmt::format("The request has more than {} headers: send fewer.",
                              limits_->header_count_max));
  }
  request_.fields_[request_.field_count_] = {.name = {at, length}, .value = {}};
  return 0;
}

int RequestParser::on_value(const char* at, std::size_t length) {
  std::string_view value(at, length);
  while (!value.empty() && is_blank(value.back())) value.remove_suffix(1);
  request_.fields_[request_.field_count_].value = value;
  return 0;
}

int RequestParser::on_value_complete() {
  const HeaderField& field = request_.fields_[request_.field_count_++];
  const auto known = known_header(field.name);
  if (!known) {
    request_.forwarded_ = request_.forwarded_ || is_added_by_proxies(field.name);
    return 0;
  }
  HeaderField& first = request_.known_[Request::index(*known)];
  if (first.name.data() == nullptr) {
    first = field;
  } else if (single_valued(*known)) {
    return refuse(Status::bad_request, "A header that may come once is repeated.");
  }
  return 0;
}

int RequestParser::on_head_complete() {
  headers_done_ = true;
  parser_.upgrade = 0;  // "Upgrade: h2c" is an offer; we stay with HTTP/1.1
  request_.method_ = method_of(parser_.method);
  request_.version_minor_ = parser_.http_minor;
  request_.keep_alive_ = llhttp_should_keep_alive(&parser_) != 0;
  request_.has_body_ = (parser_.flags & F_TRANSFER_ENCODING) != 0 ||
                       ((parser_.flags & F_CONTENT_LENGTH) != 0 && parser_.content_length > 0);
  if (!accept_target() || !framing_is_clear() || !accept_headers()) return -1;
  if ((parser_.flags & F_CONTENT_LENGTH) != 0 && parser_.content_length > limits_->body_bytes_max) {
    return refuse_body();
  }
  return 0;
}

bool RequestParser::accept_target() {
  const std::string_view target = request_.target_;
  if (target.size() > limits_->target_bytes_max) {
    return refuse_target(), false;
  }
  const bool printable = std::ranges::all_of(target, [](char c) { return c > ' ' && c < 0x7f; });
  const bool whole_server = target == "*" && request_.method_ == Method::options;
  if (!printable || (!target.starts_with('/') && !whole_server)) {
    return refuse(Status::bad_request, "The request target is not a path."), false;
  }
  const std::size_t mark = target.find('?');
  request_.path_ = target.substr(0, mark);
  request_.query_ =
      mark == std::string_view::npos ? target.substr(target.size()) : target.substr(mark + 1);
  return true;
}

bool RequestParser::framing_is_clear() {
  if (parser_.http_major != 1 || parser_.http_minor > 1) {
    return refuse(Status::http_version_not_supported, "This server speaks HTTP/1.1."), false;
  }
  if ((parser_.flags & F_TRANSFER_ENCODING) == 0) return true;
  const auto coding = request_.header("transfer-encoding");
  if (parser_.http_minor == 1 && coding && equals_ignoring_case(*coding, "chunked")) return true;
  return refuse(Status::not_implemented, "Only the transfer coding \"chunked\" is supported."),
         false;
}

bool RequestParser::accept_headers() {
  if (request_.version_minor_ == 1 && request_.header(Header::host).empty()) {
    return refuse(Status::bad_request,
                  "The Host header is missing: name the host and port this server is reached by."),
           false;
  }
  if (request_.has(Header::expect) &&
      !equals_ignoring_case(request_.header(Header::expect), "100-continue")) {
    return refuse(Status::expectation_failed, "The expectation is not known."), false;
  }
  return true;
}

int RequestParser::on_body(const char* at, std::size_t length) {
  body_bytes_ += length;
  if (body_bytes_ > limits_->body_bytes_max) {
    return refuse_body();
  }
  if (body_bytes_ == length) {  // the first piece, and perhaps the only one
    request_.body_ = {const_cast<char*>(at), length};
    return 0;
  }
  std::string& buffer = request_.body_buffer_;
  // Grows with what arrives: a length that is only announced costs nothing.
  if (buffer.capacity() < body_bytes_) {
    const bool is_announced = (parser_.flags & F_CONTENT_LENGTH) != 0;
    const std::size_t most = is_announced
                                 ? body_bytes_ + static_cast<std::size_t>(parser_.content_length)
                                 : limits_->body_bytes_max;
    buffer.reserve(std::max(body_bytes_, std::min(buffer.capacity() * 2, most)));
  }
  if (buffer.empty()) buffer.assign(request_.body_.data(), request_.body_.size());
  buffer.append(at, length);
  request_.body_ = buffer;
  return 0;
}

}  // namespace proxy::http
