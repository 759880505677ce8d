#include "proxy/http/connection.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "proxy/http/server_core.h"

namespace proxy::http {
namespace {

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

Peer peer_of(const SocketBox& socket) {
  uv_os_fd_t descriptor = -1;
  uv_fileno(reinterpret_cast<const uv_handle_t*>(&socket.handle), &descriptor);
  return socket.handle.type == UV_NAMED_PIPE ? unix_peer(descriptor) : tcp_peer(descriptor);
}

}  // namespace

Connection::Connection(ServerCore& core, base::BoxPtr<SocketBox> socket)
    : core_(core),
      socket_(std::move(socket)),
      peer_(peer_of(*socket_)),
      share_(core.shares.join(peer_)),
      opened_(core.now()),
      phase_since_(opened_) {
  socket_->handle.data = this;
  if (peer_.via != Peer::Via::tcp) return;
  uv_tcp_nodelay(&socket_->tcp, 1);
  constexpr unsigned kKeepAliveSeconds = 60;
  if (!peer_.loopback) uv_tcp_keepalive(&socket_->tcp, 1, kKeepAliveSeconds);
}

Connection::~Connection() {
  detach();
  if (write_ != nullptr) write_->connection = nullptr;
  core_.give_back(std::move(parser_));
  core_.buffers.give(out_);
  core_.buffers.give(stash_);
  core_.incoming.change(share_, held_bytes_, 0);
  core_.untaken_bytes -= untaken_bytes_;
  core_.shares.leave(share_);
}

void Connection::open(bool in_reserve) {
  in_reserve_ = in_reserve;
  start_reading();
}

void Connection::start_reading() {
  reading_paused_ = false;
  uv_read_start(
      &socket_->handle,
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        auto& room = static_cast<Connection*>(handle->data)->core_.read_buffer;
        *buffer = uv_buf_init(room.data(), static_cast<unsigned>(room.size()));
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
        static_cast<Connection*>(stream->data)->on_read(count, buffer);
      });
  arm(phase_due());
}

void Connection::on_read(ssize_t count, const uv_buf_t* buffer) {
  if (count < 0) {
    on_peer_end(count == UV_EOF);
    return;
  }
  if (count == 0 || ignores_input_ || phase_ == Phase::lingering || phase_ == Phase::closing)
    return;
  const std::span<char> bytes(buffer->base, static_cast<std::size_t>(count));
  if (stash_.empty() && may_consume()) {
    consume(bytes);
  } else {
    stash(bytes);
  }
}

// A peer that ends its side while it waits for an answer has gone: clients that are killed or time
// out look like that. What was answered already still goes to one that only closed its side.
void Connection::on_peer_end(bool in_order) {
  flush();
  if (!in_order || exchange_ != nullptr || doomed_ || queued_bytes() == 0) {
    end();
    return;
  }
  phase_ = Phase::closing;
  peer_ended_ = true;
  uv_read_stop(&socket_->handle);
}

// A peer that does not take its answers gets no more of them made.
bool Connection::may_consume() const {
  return (phase_ == Phase::idle || phase_ == Phase::reading) &&
         queued_bytes() <= core_.limits.pipelined_answers_bytes_max;
}

// So many requests of one connection in a turn: others have theirs in between.
bool Connection::has_its_turn() {
  constexpr std::size_t kRequestsInTurn = 16;
  if (turn_ != core_.now()) {
    turn_ = core_.now();
    requests_in_turn_ = 0;
  }
  return requests_in_turn_ < kRequestsInTurn;
}

void Connection::consume(std::span<char> bytes) {
  while (!bytes.empty() && may_consume() && has_its_turn()) {
    if (parser_ == nullptr) {
      parser_ = core_.parsers.take();
      parser_->start(core_.limits, peer_);
      phase_ = Phase::reading;
      phase_since_ = core_.now();
      continue_sent_ = head_admitted_ = false;
    }
    const RequestParser::Step step = parser_->feed(bytes);
    bytes = bytes.subspan(step.consumed);
    switch (step.event) {
      case RequestParser::Event::need_more:
        if (parser_->head_complete() && !head_admitted_ && !admit()) break;
        if (parser_->wants_continue() && !continue_sent_) {
          continue_sent_ = true;
          out().append("HTTP/1.1 100 Continue\r\n\r\n");
        }
        arm(phase_due());
        break;
      case RequestParser::Event::refused:
        refuse(parser_->refusal().status, parser_->refusal().reason);
        break;
      case RequestParser::Event::complete:
        dispatch();
        break;
    }
  }
  const bool more_wanted =
      !ignores_input_ && phase_ != Phase::closing && phase_ != Phase::lingering;
  if (!bytes.empty() && more_wanted) {
    stash(bytes);
    go_on_next_turn();
  } else if (!account()) {
    give_up();
  }
}

void Connection::stash(std::span<const char> bytes) {
  if (stash_.empty()) stash_ = core_.buffers.take();
  stash_.append(bytes.data(), bytes.size());
  if (!account()) {
    give_up();
    return;
  }
  if (stash_.size() > core_.limits.pipelined_bytes_max && !reading_paused_) {
    reading_paused_ = true;
    uv_read_stop(&socket_->handle);
  }
}

// False: there is no room for what is kept of requests that are not complete.
bool Connection::account() {
  const std::size_t now = (parser_ == nullptr ? 0 : parser_->held_bytes()) + stash_.size();
  if (now == held_bytes_) return true;
  if (!core_.incoming.change(share_, held_bytes_, now)) return false;
  held_bytes_ = now;
  return true;
}

// No room for what has come: a request that arrives is refused; what was read ahead behind an
// answer is dropped, and the connection ends with that answer.
void Connection::give_up() {
  core_.buffers.give(stash_);
  if (phase_ == Phase::reading) {
    answer_busy("Too much is being sent to this server at once: try again in a few seconds.");
  } else {
    keep_alive_ = false;
    ignores_input_ = true;
    account();
    if (phase_ == Phase::idle) finish_answer();
  }
}

void Connection::begin_answer(const Request& request) {
  phase_ = Phase::answering;
  phase_since_ = core_.now();
  ++requests_in_turn_;
  heard_ = true;
  head_only_ = request.method() == Method::head;
  version_1_0_ = request.version_minor() == 0;
}

// The head is there, the body is not. False when the request is refused: its body is not read.
bool Connection::admit() {
  Request& request = parser_->request();
  begin_answer(request);
  keep_alive_ = false;
  if (turned_away(request)) return false;
  Exchange exchange;
  exchange.connection_ = this;
  exchange_ = &exchange;
  core_.handler.on_head(request, exchange);
  known_ = known_ || (request.judgement() && request.judgement()->known);
  if (!exchange.open()) {
    ++core_.counters.requests;
    ignores_input_ = true;
    core_.give_back(std::move(parser_));
    return false;
  }
  exchange.close();
  exchange_ = nullptr;
  phase_ = Phase::reading;
  head_admitted_ = true;
  return true;
}

void Connection::dispatch() {
  std::unique_ptr<RequestParser> parser = std::move(parser_);
  Request& request = parser->request();
  begin_answer(request);
  keep_alive_ = request.keep_alive();
  if (!head_admitted_ && turned_away(request)) {
    core_.give_back(std::move(parser));
    return;
  }
  ++core_.counters.requests;
  {
    Exchange exchange;
    exchange.connection_ = this;
    exchange_ = &exchange;
    core_.handler.on_request(request, exchange);
  }
  known_ = known_ || (request.judgement() && request.judgement()->known);
  core_.give_back(std::move(parser));
}

// Of a connection beyond the usual places: answered when that is vital or a place became free.
bool Connection::turned_away(const Request& request) {
  if (!in_reserve_) return false;
  in_reserve_ = core_.is_short(*this);
  if (!in_reserve_) return false;
  keep_alive_ = false;
  if (core_.handler.is_vital(request)) return false;
  ++core_.counters.refused_connections;
  answer_busy("Too many connections are open, and all of them are in use: try again later.");
  return true;
}

void Connection::answer_busy(std::string_view reason) {
  constexpr HeaderField kLater{"Retry-After", "5"};
  refuse(Status::service_unavailable, reason, {&kLater, 1});
}

void Connection::refuse(Status status, std::string_view reason, Exchange::Fields fields) {
  ++core_.counters.refused_requests;
  core_.give_back(std::move(parser_));
  account();
  keep_alive_ = false;
  if (phase_ == Phase::reading) head_only_ = version_1_0_ = false;
  const std::array<std::string_view, 2> body{reason, "\n"};
  append_response(status, kPlainText, body, fields);
  finish_answer();
}

void Connection::detach() {
  if (exchange_ != nullptr) std::exchange(exchange_, nullptr)->close();
}

std::string& Connection::out() {
  if (out_.capacity() <= std::string().capacity()) out_ = core_.buffers.take();
  core_.loop.turn().schedule(turn_hook_);
  return out_;
}

void Connection::append_response(Status status, std::string_view content_type, Exchange::Parts body,
                                 Exchange::Fields fields) {
  std::size_t length = 0;
  for (const std::string_view part : body) length += part.size();
  std::string& text = out();
  append_head(text, {.status = status,
                     .content_type = content_type,
                     .fields = fields,
                     .content_length = length,
                     .close = !keep_alive_ || core_.draining(),
                     .version_1_0 = version_1_0_,
                     .date_line = core_.date.at(core_.loop)});
  if (head_only_ || !may_have_body(status)) return;
  for (const std::string_view part : body) text.append(part);
  flush_if_large();
}

void Connection::respond(Status status, std::string_view content_type, Exchange::Parts body,
                         Exchange::Fields fields) {
  assert(phase_ == Phase::answering);
  append_response(status, content_type, body, fields);
  detach();
  finish_answer();
}

// The answer is in the buffer: on to the next request, or to the end.
void Connection::finish_answer() {
  phase_ = keep_alive_ && !core_.draining() ? Phase::idle : Phase::closing;
  phase_since_ = core_.now();
  arm(phase_due());
  core_.loop.turn().schedule(turn_hook_);
}

void Connection::begin_stream(Status status, std::string_view content_type,
                              Exchange::Fields fields) {
  assert(phase_ == Phase::answering);
  phase_ = Phase::streaming;
  chunked_ = !version_1_0_;
  if (!chunked_) keep_alive_ = false;
  append_head(out(), {.status = status,
                      .content_type = content_type,
                      .fields = fields,
                      .framing = chunked_ ? Framing::chunked : Framing::until_close,
                      .close = !keep_alive_ || core_.draining(),
                      .date_line = core_.date.at(core_.loop)});
}

void Connection::write_chunk(Exchange::Parts parts) {
  assert(phase_ == Phase::streaming);
  std::size_t length = 0;
  for (const std::string_view part : parts) length += part.size();
  if (length == 0 || head_only_ || doomed_) return;
  std::string& text = out();
  if (chunked_) append_chunk_size(text, length);
  for (const std::string_view part : parts) text.append(part);
  if (chunked_) text.append("\r\n");
  flush_if_large();
  was_congested_ = was_congested_ || congested();
  if (queued_bytes() > core_.limits.queue_bytes_max) doomed_ = true;
}

void Connection::end_stream() {
  assert(phase_ == Phase::streaming);
  if (chunked_ && !head_only_) out().append("0\r\n\r\n");
  detach();
  finish_answer();
}

void Connection::abandon_stream() {
  keep_alive_ = false;
  detach();
  finish_answer();
}

bool Connection::congested() const {
  return queued_bytes() > core_.limits.queue_high_water_bytes;
}

Candidate Connection::standing() {
  if (phase_ == Phase::lingering) return {Standing::over, phase_since_, this};
  if (!heard_) return {Standing::silent, opened_, this};
  if (!known_ && exchange_ == nullptr) return {Standing::stranger, phase_since_, this};
  const bool is_idle = phase_ == Phase::idle && queued_bytes() == 0 && stash_.empty();
  return {known_ && is_idle ? Standing::known : Standing::busy, phase_since_, this};
}

void Connection::drain() {
  keep_alive_ = false;
  if (phase_ == Phase::idle && queued_bytes() == 0 && stash_.empty()) {
    end();
  } else if (phase_ == Phase::idle) {
    phase_ = Phase::closing;
    core_.loop.turn().schedule(turn_hook_);
  } else if (phase_ == Phase::streaming && exchange_->watcher_ != nullptr) {
    exchange_->watcher_->on_drain(*exchange_);
  }
}

void Connection::end() {
  if (exchange_ != nullptr) {
    ++core_.counters.peers_gone;
    Exchange& exchange = *std::exchange(exchange_, nullptr);
    exchange.close();
    if (exchange.watcher_ != nullptr) exchange.watcher_->on_peer_gone(exchange);
  }
  core_.remove(*this);
}

}  // namespace proxy::http
