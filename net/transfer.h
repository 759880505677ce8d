// One exchange under way at libcurl: the options of its handle, the bytes and limits of its answer,
// how it ended. Resource.
//
// Ownership: its origin's. It does not own the handle, which is used again.
// Threads:   the network thread.
// Once:      libcurl repeats a request by itself when a connection that was used before brings no
//            answer. Whether the server saw it nobody knows: such a repetition is refused, but for
//            GET, at the moment before it would be sent.
#pragma once
#include <curl/curl.h>

#include <array>

#include "base/clock.h"
#include "net/chunk_guard.h"
#include "net/passage.h"
#include "net/resolver.h"

namespace net {

class Transfer {
 public:
  // What a drained answer may still bring.
  static constexpr std::size_t kDrainBytesMax = 256UL * 1024;

  // Told inside libcurl's own calls: nothing of libcurl's may be called there.
  class Owner {
   public:
    virtual ~Owner() = default;
    // It has something to report.
    virtual void on_news(Transfer& transfer) = 0;
    // Its connection is ready, and the request goes out.
    virtual void on_connected(Transfer& transfer) = 0;
    // A connection is opened for it.
    virtual void on_dialled(Transfer& transfer) = 0;
    // Once libcurl is left: it is to be stopped (doomed()), or too much came to take more now.
    virtual void on_attention(Transfer& transfer) = 0;
  };

  Transfer(const base::Clock& clock, PassagePtr passage, Owner& owner)
      : clock_(clock), passage_(std::move(passage)), owner_(owner) {}
  ~Transfer() { curl_slist_free_all(headers_); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Makes the handle ask what is to be asked. `handle` was set up by set_up_handle() and is given
  // back by release(). Errors: a header that would break the request apart.
  bool take(CURL* handle);
  // The handle knows nothing of the exchange any more.
  void release();
  CURL* handle() const { return handle_; }
  // The connection was ready: the server may have seen the request.
  bool sent() const { return sent_; }

  const PassagePtr& passage() const { return passage_; }
  const Request& request() const { return passage_->request; }
  // For how long the server keeps an idle connection, as far as it says.
  std::optional<base::Duration> keep_alive() const;

  // What came since the last report.
  Report report();
  bool has_news() const { return news_; }
  base::TimePoint heard_at() const { return heard_at_; }
  // Why its connection is not ready yet.
  std::string waits_for() const;
  // libcurl is done with it.
  End end_of(CURLcode result) const;
  // An end that is not libcurl's.
  End end_of(Fault fault, std::string detail) const;

  // Too much is on its way to the loop.
  bool should_wait() const {
    return body_.size() + passage_->undelivered > Passage::kUndeliveredMax;
  }
  // Takes more again.
  void go_on() {
    paused_ = false;
    curl_easy_pause(handle_, CURLPAUSE_CONT);
  }
  // It has come to an end of our own, which libcurl does not know of.
  bool doomed() const { return stopped_.fault != Fault::none; }
  // From now on what comes is thrown away.
  void drain() { draining_ = true; }
  bool draining() const { return draining_; }

 private:
  static std::size_t on_header(char* data, std::size_t one, std::size_t size, void* self);
  static std::size_t on_body(char* data, std::size_t one, std::size_t size, void* self);
  static int on_sending(void* self, char* address, char*, int, int);
  static int on_raw(CURL*, curl_infotype what, char* data, std::size_t size, void* self);
  static curl_socket_t on_dial(void* self, curlsocktype, curl_sockaddr* address);
  static int on_look_up(void*, void*, void* self);

  bool make_headers();
  void set_method();
  bool may_dial(const std::optional<IpAddress>& address);
  void stop(Fault fault, std::string detail);
  void note_news();

  const base::Clock& clock_;
  const PassagePtr passage_;
  Owner& owner_;
  CURL* handle_ = nullptr;
  curl_slist* headers_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> problem_{};  // libcurl's words

  HeadReader head_;
  ChunkGuard chunks_;
  bool head_reported_ = false;
  std::string body_;  // not yet reported
  std::size_t body_bytes_ = 0;
  std::size_t drained_bytes_ = 0;
  bool draining_ = false;
  int dialled_ = -1;  // the last socket
  bool sent_ = false;
  bool news_ = false;
  bool full_ = false;  // told of, since the last report
  bool packed_ = false;
  bool paused_ = false;  // by itself, until go_on()
  base::TimePoint heard_at_{};
  End stopped_;  // fault: ours, which comes before libcurl's
};

}  // namespace net
