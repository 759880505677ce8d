#include "net/multi.h"

#include <unistd.h>

#include <cassert>

namespace net {
namespace {

// Rounds in one turn: work that asks for more of itself must not keep others from theirs.
constexpr int kRoundsMax = 8;

// An error is told as "look yourself": libcurl would hold it against whatever connection it goes on
// with, also when that is another one.
int select_flags(int status, int events) {
  if (status < 0) return 0;
  return ((events & UV_READABLE) != 0 ? CURL_CSELECT_IN : 0) |
         ((events & UV_WRITABLE) != 0 ? CURL_CSELECT_OUT : 0);
}

}  // namespace

Multi::Multi(base::Loop& loop, Owner& owner)
    : loop_(loop), owner_(owner), multi_(curl_multi_init()) {
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &Multi::on_socket_wish);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &Multi::on_timer_wish);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kPooledMax);
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, kStreamsOfConnectionMax);
}

Multi::~Multi() {
  curl_multi_cleanup(multi_);
}

bool Multi::add(CURL* handle) {
  return curl_multi_add_handle(multi_, handle) == CURLM_OK;
}

void Multi::remove(CURL* handle) {
  curl_multi_remove_handle(multi_, handle);
}

void Multi::close_sockets_of(CURL* handle) {
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, &Multi::close_socket);
  curl_easy_setopt(handle, CURLOPT_CLOSESOCKETDATA, this);
}

// --- what libcurl wishes ---

int Multi::on_timer_wish(CURLM*, long milliseconds, void* self) {
  Multi& multi = *static_cast<Multi*>(self);
  multi.due_ = milliseconds == 0;
  multi.timer_.cancel();
  if (milliseconds == 0) {
    multi.loop_.turn().schedule(multi.catch_up_hook_);
  } else if (milliseconds > 0) {
    multi.loop_.runtime().start(multi.timer_, base::Milliseconds(milliseconds));
  }
  return 0;
}

Multi::PollBox& Multi::poll_of(int socket) {
  base::BoxPtr<PollBox>& known = polls_[socket];
  if (!known) {
    auto* box = new PollBox{};
    box->handle.data = box;
    box->multi = this;
    box->socket = socket;
    const int problem = uv_poll_init_socket(loop_.uv(), &box->handle, socket);
    assert(problem == 0);
    (void)problem;
    known.reset(box);
  }
  return *known;
}

void Multi::arm(PollBox& poll, int events) {
  if (poll.armed == events) return;
  poll.armed = events;
  events == 0 ? uv_poll_stop(&poll.handle) : uv_poll_start(&poll.handle, events, &Multi::on_ready);
}

// One that is idle is watched on, for its server's farewell: it is likely to be used again, and
// most wait for reading.
int Multi::on_socket_wish(CURL*, curl_socket_t socket, int what, void* self, void*) {
  Multi& multi = *static_cast<Multi*>(self);
  PollBox& poll = multi.poll_of(socket);
  if (what == CURL_POLL_REMOVE) poll.idle_since = multi.loop_.now();
  poll.wanted = what == CURL_POLL_REMOVE ? 0
                                         : ((what & CURL_POLL_IN) != 0 ? UV_READABLE : 0) |
                                               ((what & CURL_POLL_OUT) != 0 ? UV_WRITABLE : 0);
  arm(poll, what == CURL_POLL_REMOVE ? poll.armed & UV_READABLE : poll.wanted);
  return 0;
}

int Multi::close_socket(void* self, curl_socket_t socket) {
  static_cast<Multi*>(self)->polls_.erase(socket);  // before its number is somebody else's
  return ::close(socket);
}

// --- what happens ---

void Multi::on_ready(uv_poll_t* handle, int status, int events) {
  PollBox& poll = *static_cast<PollBox*>(handle->data);
  if (status < 0) poll.armed = 0;  // libuv has stopped it
  if (poll.wanted == 0) {          // libcurl finds out when it is used again
    arm(poll, 0);
    return poll.multi->owner_.on_idle_ended(poll.multi->loop_.now() - poll.idle_since);
  }
  Multi& multi = *poll.multi;
  const int socket = poll.socket;
  multi.act(socket, select_flags(status, events));
  const auto still = multi.polls_.find(socket);
  if (status < 0 && still != multi.polls_.end()) arm(*still->second, still->second->wanted);
}

void Multi::act(curl_socket_t socket, int events) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, events, &running);
  tell_done();
}

void Multi::on_time() {
  due_ = true;
  catch_up();
}

void Multi::catch_up() {
  for (int round = 0; due_ && round < kRoundsMax; ++round) {
    due_ = false;
    act(CURL_SOCKET_TIMEOUT, 0);
  }
  if (due_) loop_.turn().schedule(catch_up_hook_);
}

void Multi::tell_done() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const handle = message->easy_handle;
    const CURLcode result = message->data.result;
    curl_multi_remove_handle(multi_, handle);
    owner_.on_done(handle, result);
  }
  owner_.on_worked();
}

}  // namespace net
