// libcurl's multi interface on a loop: its sockets are polled, its timer is kept, what is over is
// told. One of these for each site, so that connections, pinned addresses and waiting for a
// connection are a matter of that site alone. Resource.
//
// Ownership: its owner's. Destroying it closes its connections; handles are removed before.
// Threads:   the network thread. Owner is called at the top of the stack, never inside add() or
//            remove().
// Cost:      a pooled connection keeps its poll handle, armed, so that using it again takes no
//            system call.
#pragma once
#include <curl/curl.h>
#include <uv.h>

#include <unordered_map>

#include "base/loop.h"

namespace net {

class Multi {
 public:
  static constexpr long kPooledMax = 1024;  // idle connections
  static constexpr long kStreamsOfConnectionMax = 100;

  class Owner {
   public:
    virtual ~Owner() = default;
    // It is removed already.
    virtual void on_done(CURL* handle, CURLcode result) = 0;
    // libcurl has worked on something: others may have been told by their own callbacks.
    virtual void on_worked() = 0;
    // The server has ended a connection that was idle for so long.
    virtual void on_idle_ended(base::Duration idle) = 0;
  };

  Multi(base::Loop& loop, Owner& owner);
  ~Multi();
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;

  // False: libcurl refuses it.
  bool add(CURL* handle);
  // Its connection is closed unless it is over or others use it too.
  void remove(CURL* handle);
  // Has the connections of this handle closed here: of every handle that is added.
  void close_sockets_of(CURL* handle);
  std::size_t open_sockets() const { return polls_.size(); }

 private:
  struct PollBox {
    uv_poll_t handle;
    Multi* multi = nullptr;
    int socket = -1;
    int armed = 0;   // UV_READABLE | UV_WRITABLE
    int wanted = 0;  // by libcurl; 0: it is idle, and only watched
    base::TimePoint idle_since{};
  };

  static int on_timer_wish(CURLM*, long milliseconds, void* self);
  static int on_socket_wish(CURL*, curl_socket_t socket, int what, void* self, void*);
  static int close_socket(void* self, curl_socket_t socket);
  static void on_ready(uv_poll_t* handle, int status, int events);

  PollBox& poll_of(int socket);
  static void arm(PollBox& poll, int events);
  void act(curl_socket_t socket, int events);
  void on_time();
  void catch_up();
  void tell_done();

  base::Loop& loop_;
  Owner& owner_;
  CURLM* const multi_;
  std::unordered_map<int, base::BoxPtr<PollBox>> polls_;  // by socket
  bool due_ = false;                                      // libcurl wants to be called now
  base::Timer<Multi, &Multi::on_time> timer_{*this};
  base::EndOfTurn<Multi, &Multi::catch_up> catch_up_hook_{*this};
};

}  // namespace net
