// What the connections of a server share: limits, handler, pools, counters, the list of all
// connections, the drain. Internal to the server.
//
// Ownership: Server owns it.
// Threads:   the loop thread.
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <vector>

#include "base/loop.h"
#include "proxy/http/buffer_pool.h"
#include "proxy/http/connection.h"
#include "proxy/http/incoming_bytes.h"
#include "proxy/http/server.h"
#include "proxy/http/unix_socket_file.h"

namespace proxy::http {

class ServerCore {
 public:
  ServerCore(base::Loop& loop_of_all, Limits limits_of_all, Handler& handler_of_all);
  ~ServerCore();
  ServerCore(const ServerCore&) = delete;
  ServerCore& operator=(const ServerCore&) = delete;

  base::Result<Endpoint> listen(const sockaddr& address);
  base::Result<Endpoint> listen_on(int descriptor);
  base::Result<void> listen_unix(const std::string& path);
  void drain(base::Duration deadline, std::function<void()> done);
  bool draining() const { return draining_; }
  // Destroys it.
  void remove(Connection& connection);
  void give_back(std::unique_ptr<RequestParser> parser);
  // More than the usual places are taken, of its kind or by its peer.
  bool is_short(Connection& connection);
  // Cuts connections off until what clients leave untaken is within its limit.
  void limit_untaken();
  // A connection began to linger: it no longer holds up a drain.
  void on_lingering();
  std::size_t connection_count() const { return connections_.size(); }
  base::TimePoint now() const { return loop.now(); }

  base::Loop& loop;
  const Limits limits;
  Handler& handler;
  ServerCounters counters;
  BufferPool buffers;
  PeerShares shares;
  IncomingBytes incoming;
  std::size_t untaken_bytes = 0;  // of all connections
  ObjectPool<RequestParser> parsers{64};
  DateLine date;
  std::array<char, 64 * kKiB> read_buffer;  // of whichever connection reads

 private:
  using ListenerPtr = base::BoxPtr<SocketBox>;

  base::Result<Endpoint> start_tcp(ListenerPtr listener);
  // 0, or the error of libuv.
  int start(ListenerPtr listener);
  // Connections of one kind.
  struct Kind {
    std::size_t places;
    std::size_t taken = 0;
  };

  void on_connection(uv_stream_t* listener);
  void accept(uv_stream_t* listener);
  void accept_rest();
  // One that was not there before; it may end others, and is gone afterwards when there is no room.
  void take_in(std::unique_ptr<Connection> connection);
  // False when all are busy.
  bool make_room(Connection& newcomer, bool among_its_own);
  bool peer_is_short(Connection& connection) const;
  Kind& kind_of(const Connection& connection);
  void on_drain_deadline();
  void check_drained();

  std::vector<ListenerPtr> listeners_;
  std::vector<UnixSocketFile> socket_files_;
  std::vector<std::unique_ptr<Connection>> connections_;  // each knows its place
  std::array<Kind, 2> kinds_;                             // by Peer::Via
  std::size_t accepted_in_turn_ = 0;
  std::vector<uv_stream_t*> waiting_;  // listeners with a connection for the next turn
  std::size_t lingering_ = 0;
  bool draining_ = false;
  std::function<void()> drained_;
  base::Timer<ServerCore, &ServerCore::on_drain_deadline> drain_timer_{*this};
  base::EndOfTurn<ServerCore, &ServerCore::accept_rest> accept_hook_{*this};
  base::EndOfTurn<ServerCore, &ServerCore::check_drained> drained_hook_{*this};
};

}  // namespace proxy::http
