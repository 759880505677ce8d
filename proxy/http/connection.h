// One client connection: bytes in, requests in order, answers out in batches. Internal to the
// server.
//
//   idle -> reading -> answering -> idle | closing           closing -> lingering -> gone
//                        |-> streaming -> idle | closing
//
// Ownership: ServerCore owns it; it owns its socket's box. It ends only in a callback of the loop
//            (read, write, timer, end of turn), never inside a call of the handler.
// Threads:   the loop thread.
// Cost:      under 1 KiB when idle: parser and buffers are borrowed from the pools while busy.
#pragma once
#include <uv.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/handle.h"
#include "base/timer_wheel.h"
#include "base/turn_queue.h"
#include "proxy/http/exchange.h"
#include "proxy/http/peer_shares.h"
#include "proxy/http/places.h"
#include "proxy/http/request_parser.h"
#include "proxy/http/response_head.h"

namespace proxy::http {

class ServerCore;

// A socket of either kind; handle.type says which.
struct SocketBox {
  union {
    uv_stream_t handle;
    uv_tcp_t tcp;
    uv_pipe_t pipe;
  };
};

class Connection {
 public:
  enum class Phase : std::uint8_t { idle, reading, answering, streaming, closing, lingering };

  // REQUIRES: the socket is accepted.
  Connection(ServerCore& core, base::BoxPtr<SocketBox> socket);
  // Closes the socket at once; an open exchange is closed without word to its watcher.
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `in_reserve`: only what is vital is answered, unless a place has become free meanwhile.
  void open(bool in_reserve);
  // The server drains: idle ones end at once, others when their answer is out.
  void drain();
  // Tells the watcher of an open exchange, and destroys *this.
  void end();
  bool lingering() const { return phase_ == Phase::lingering; }
  // What would be lost with it.
  Candidate standing();
  Peer::Via via() const { return peer_.via; }
  bool is_near() const { return peer_.loopback; }
  PeerShare& share() { return share_; }
  // Memory for what the peer has not taken, and how long it has been so.
  std::size_t untaken_bytes() const { return untaken_bytes_; }
  base::Duration untaken_for(base::TimePoint now) const { return now - untaken_since_; }
  // Ends at the end of the turn; what it had untaken counts no more.
  void cut_off();

  // For Exchange.
  void respond(Status status, std::string_view content_type, Exchange::Parts body,
               Exchange::Fields fields);
  void begin_stream(Status status, std::string_view content_type, Exchange::Fields fields);
  void write_chunk(Exchange::Parts parts);
  void end_stream();
  void abandon_stream();
  void moved(Exchange& to) { exchange_ = &to; }
  std::size_t queued_bytes() const { return out_.size() + bytes_in_flight_; }
  bool congested() const;

 private:
  friend class ServerCore;
  // One uv_write of what did not fit into the socket. Outlives the connection when it must.
  struct WriteBox {
    uv_write_t request;
    std::string bytes;
    Connection* connection;
  };

  void start_reading();
  void on_read(ssize_t count, const uv_buf_t* buffer);
  void on_peer_end(bool in_order);
  void consume(std::span<char> bytes);
  bool may_consume() const;
  bool has_its_turn();
  void stash(std::span<const char> bytes);
  bool admit();
  void dispatch();
  void begin_answer(const Request& request);
  bool turned_away(const Request& request);
  bool account();
  void give_up();
  void refuse(Status status, std::string_view reason, Exchange::Fields fields = {});
  void answer_busy(std::string_view reason);
  void finish_answer();
  void detach();
  void append_response(Status status, std::string_view content_type, Exchange::Parts body,
                       Exchange::Fields fields);
  std::string& out();

  void on_turn_end() { settle(); }
  void settle();
  void resume_stash();
  void go_on_next_turn();
  void flush();
  void flush_if_large();
  void account_untaken();
  void write_rest(std::size_t written);
  void on_written(int status);
  void close_orderly();

  void on_timer();
  void arm(base::TimePoint due);
  base::TimePoint phase_due() const;
  base::TimePoint write_due() const;
  bool write_is_stalled(base::TimePoint now);

  ServerCore& core_;
  base::BoxPtr<SocketBox> socket_;
  std::size_t place_ = 0;  // in ServerCore's list

  Peer peer_;
  PeerShare& share_;
  std::size_t held_bytes_ = 0;  // accounted for in ServerCore::incoming
  const base::TimePoint opened_;
  Phase phase_ = Phase::idle;
  bool keep_alive_ = true;
  bool head_only_ = false;    // the request was HEAD
  bool version_1_0_ = false;  // of the request
  bool chunked_ = false;      // the stream's framing
  bool continue_sent_ = false;
  bool head_admitted_ = false;  // of the request that arrives
  bool ignores_input_ = false;  // what comes is thrown away: it ends with the present answer
  bool in_reserve_ = false;
  bool heard_ = false;      // a whole request head has come
  bool known_ = false;      // the handler knew who asked
  base::TimePoint turn_{};  // of requests_in_turn_
  std::size_t requests_in_turn_ = 0;
  bool reading_paused_ = false;
  bool was_congested_ = false;
  bool doomed_ = false;          // ends at the end of the turn
  bool peer_ended_ = false;      // no more bytes will come; what is queued still goes out
  base::TimePoint phase_since_;  // when the phase (or, reading: the head, the body) began
  base::TimePoint armed_for_{};
  std::size_t bytes_in_flight_ = 0;
  std::size_t untaken_bytes_ = 0;  // accounted for in ServerCore::untaken_bytes
  base::TimePoint untaken_since_{};
  std::size_t unsent_at_last_look_ = 0;  // of the write in flight: does it move?
  base::TimePoint looked_at_{};

  std::unique_ptr<RequestParser> parser_;  // while a request arrives
  Exchange* exchange_ = nullptr;           // while a request is not answered
  WriteBox* write_ = nullptr;              // while a write is in flight
  std::string out_;                        // not yet given to the socket
  std::string stash_;                      // read ahead while answering

  base::Timer<Connection, &Connection::on_timer> timer_{*this};
  base::EndOfTurn<Connection, &Connection::on_turn_end> turn_hook_{*this};
};

}  // namespace proxy::http
