#include "net/transfer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>

#include "net/curl_fault.h"

namespace net {
namespace {

constexpr long kBufferBytes = 16L * 1024;
constexpr long kStreamBufferBytes = 4L * 1024;

bool is_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

// A peer that vanished without a word is noticed within two minutes.
void set_socket_options(int socket) {
  const auto set = [socket](int level, int name, int value) {
    setsockopt(socket, level, name, &value, sizeof value);
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

}  // namespace

// --- out ---

bool Transfer::take(CURL* handle) {
  handle_ = handle;
  if (!make_headers()) return false;
  const Site& site = *passage_->site;
  const std::string url = origin_text(site.url) + request().target;
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, problem_.data());
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_BUFFERSIZE,
                   request().stream ? kStreamBufferBytes : kBufferBytes);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, &Transfer::on_sending);
  curl_easy_setopt(handle, CURLOPT_PREREQDATA, this);
  curl_easy_setopt(handle, CURLOPT_DEBUGFUNCTION, &Transfer::on_raw);
  curl_easy_setopt(handle, CURLOPT_DEBUGDATA, this);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_dial);
  curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle, CURLOPT_RESOLVER_START_FUNCTION, &Transfer::on_look_up);
  curl_easy_setopt(handle, CURLOPT_RESOLVER_START_DATA, this);
  set_method();
  return true;
}

bool Transfer::make_headers() {
  for (const Header& header : request().headers) {
    if (header.name.empty() || !is_line(header.name) || !is_line(header.value)) return false;
    // libcurl takes "Name:" for the wish to leave it out, "Name;" for an empty one.
    const std::string line =
        header.value.empty() ? header.name + ";" : header.name + ": " + header.value;
    headers_ = curl_slist_append(headers_, line.c_str());
  }
  headers_ = curl_slist_append(headers_, "Expect:");  // no waiting for a word before the body
  return true;
}

void Transfer::set_method() {
  static const std::string kNothing;
  const std::string& body = request().body ? *request().body : kNothing;
  switch (request().method) {
    case Method::get:
      curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
      break;
    case Method::delete_:
      curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
      curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, "DELETE");
      break;
    case Method::post:
      curl_easy_setopt(handle_, CURLOPT_POST, 1L);
      curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, body.c_str());
      break;
  }
}

void Transfer::release() {
  if (handle_ == nullptr) return;
  curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, nullptr);
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, nullptr);
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, nullptr);
  curl_easy_setopt(handle_, CURLOPT_RESOLVE, nullptr);
  curl_easy_setopt(handle_, CURLOPT_VERBOSE, 0L);
  curl_slist_free_all(std::exchange(headers_, nullptr));
  handle_ = nullptr;
}

// --- what libcurl asks and tells ---

int Transfer::on_look_up(void*, void*, void* self) {
  const Site& site = *static_cast<Transfer*>(self)->passage_->site;
  // Only for what needs no name service; everything else was pinned.
  return numeric_address(site.proxy ? site.proxy->host : site.url.host) ? 0 : 1;
}

bool Transfer::may_dial(const std::optional<IpAddress>& address) {
  const std::string_view why =
      address ? passage_->site->rules.refusal(*address) : std::string_view("is of no known family");
  if (why.empty()) return true;
  stop(Fault::forbidden, fmt::format("{} {}", address ? to_string(*address) : "its address", why));
  return false;
}

curl_socket_t Transfer::on_dial(void* self, curlsocktype, curl_sockaddr* address) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  if (!transfer.may_dial(address_of(address->addr))) return CURL_SOCKET_BAD;
  const int socket = ::socket(address->family, address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                              address->protocol);
  if (socket >= 0) set_socket_options(socket);
  transfer.dialled_ = socket;
  transfer.owner_.on_dialled(transfer);
  return socket;
}

// The connection may be one that others opened under other rules.
int Transfer::on_sending(void* self, char* address, char*, int, int) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  if (transfer.passage_->site->rules != AddressRules{} &&
      !transfer.may_dial(parse_address(address))) {
    return CURL_PREREQFUNC_ABORT;
  }
  if (transfer.sent_ && transfer.request().method != Method::get) {
    transfer.stop(Fault::cut, "the server closed it without an answer");
    return CURL_PREREQFUNC_ABORT;
  }
  if (!std::exchange(transfer.sent_, true)) transfer.owner_.on_connected(transfer);
  transfer.heard_at_ = transfer.clock_.now();
  return CURL_PREREQFUNC_OK;
}

std::size_t Transfer::on_header(char* data, std::size_t one, std::size_t size, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  HeadReader& head = transfer.head_;
  const bool was_complete = head.complete();
  if (!head.take_line({data, one * size})) {
    transfer.stop(Fault::head_too_large, std::string(kHeadTooLarge));
    return 0;
  }
  if (head.complete() && !was_complete) {
    // Only raw bytes show what chunks cost.
    if (head.chunked()) curl_easy_setopt(transfer.handle_, CURLOPT_VERBOSE, 1L);
    transfer.packed_ = !head.head().get("Content-Encoding").empty();
    if (!transfer.draining_) transfer.note_news();
  }
  return size;
}

int Transfer::on_raw(CURL*, curl_infotype what, char* data, std::size_t size, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  if (what != CURLINFO_DATA_IN || transfer.stopped_.fault != Fault::none) return 0;
  if (transfer.chunks_.take({data, size})) return 0;
  transfer.stop(Fault::head_too_large, "its chunks are mostly extensions");
  transfer.owner_.on_attention(transfer);
  return 0;
}

std::size_t Transfer::on_body(char* data, std::size_t one, std::size_t size, void* self) {
  Transfer& transfer = *static_cast<Transfer*>(self);
  if (transfer.stopped_.fault != Fault::none) return 0;
  const std::size_t bytes = one * size;
  if (transfer.draining_) {
    transfer.drained_bytes_ += bytes;
    return transfer.drained_bytes_ > kDrainBytesMax ? 0 : bytes;
  }
  // libcurl reads on for as long as something comes. What it unpacks meanwhile it would keep, so a
  // packed answer is stopped only once libcurl is left.
  if (transfer.should_wait() && !transfer.packed_) {
    transfer.paused_ = true;
    if (!std::exchange(transfer.full_, true)) transfer.owner_.on_attention(transfer);
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.body_bytes_ += bytes;
  if (transfer.body_bytes_ > transfer.request().body_bytes_max ||
      transfer.body_.size() + bytes > transfer.passage_->site->burst_bytes_max) {
    transfer.stop(Fault::too_large, "");
    return 0;
  }
  transfer.body_.append(data, bytes);
  transfer.note_news();
  if (transfer.should_wait() && !std::exchange(transfer.full_, true)) {
    transfer.owner_.on_attention(transfer);
  }
  return bytes;
}

void Transfer::note_news() {
  heard_at_ = clock_.now();
  if (!std::exchange(news_, true)) owner_.on_news(*this);
}

void Transfer::stop(Fault fault, std::string detail) {
  if (stopped_.fault != Fault::none) return;
  stopped_.fault = fault;
  stopped_.detail = std::move(detail);
}

// --- what is told ---

Report Transfer::report() {
  news_ = false;
  full_ = false;
  Report report{passage_, std::nullopt, {}, std::nullopt};
  if (head_.complete() && !head_reported_) report.head = head_.head();
  head_reported_ |= head_.complete();
  report.body.swap(body_);
  passage_->undelivered += report.body.size();
  if (should_wait() || paused_) passage_->waiting = true;
  return report;
}

// "Keep-Alive: timeout=5, max=100"
std::optional<base::Duration> Transfer::keep_alive() const {
  constexpr std::string_view kTimeout = "timeout=";
  const std::string_view value = head_.head().get("Keep-Alive");
  const std::size_t place = value.find(kTimeout);
  if (place == std::string_view::npos) return std::nullopt;
  unsigned seconds = 0;
  const char* start = value.data() + place + kTimeout.size();
  if (std::from_chars(start, value.data() + value.size(), seconds).ptr == start) return {};
  return std::chrono::seconds(seconds);
}

std::string Transfer::waits_for() const {
  if (dialled_ < 0) return "another connection to it is not ready";
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const bool answered = getpeername(dialled_, reinterpret_cast<sockaddr*>(&peer), &size) == 0;
  return answered ? "the handshake was not completed" : "nobody answered the dial";
}

End Transfer::end_of(CURLcode result) const {
  if (stopped_.fault != Fault::none) return end_of(stopped_.fault, "");
  // libcurl is content with half a head.
  if (result == CURLE_OK && !head_.complete()) return end_of(Fault::cut, "its head broke off");
  End end = curl_end(handle_, result, problem_.data(), head_.complete());
  end.sent = sent_;
  return end;
}

End Transfer::end_of(Fault fault, std::string detail) const {
  End end = stopped_;
  if (end.fault == Fault::none) {
    end.fault = fault;
    end.detail = std::move(detail);
  }
  end.sent = sent_;
  return end;
}

}  // namespace net
