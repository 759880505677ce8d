// An open event stream to one client: messages, list_changed notices, comments that keep it open.
// Resource.
//
// Ownership: its owner's, who ends it by destroying it.
// Threads:   the loop thread.
// Limits:    a client that does not read is cut off by the HTTP server's queue limit.
#pragma once
#include <string_view>

#include "base/runtime.h"
#include "proxy/downstream/list_notices.h"
#include "proxy/http/exchange.h"

namespace proxy::downstream {

// Told about the end; never from inside a call on the stream. Both may retire the stream.
class StreamOwner {
 public:
  virtual ~StreamOwner() = default;
  virtual void on_client_gone() = 0;
  // The server drains: the stream should end soon.
  virtual void on_stream_drain() = 0;
};

class ServerStream final : private http::ExchangeWatcher, private ListNoticeSink {
 public:
  // A comment in a quiet stream keeps middleboxes from closing it.
  static constexpr base::Duration kKeepAliveInterval = std::chrono::seconds(25);

  // Sends the head at once; `owner` outlives the stream.
  ServerStream(base::Runtime runtime, StreamOwner& owner, http::Exchange exchange);
  ~ServerStream() override;
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;

  // A comment, which no client sees: the first bytes tell it that the stream is open.
  void comment();
  // `data` is one line.
  void event(std::string_view name, std::string_view data);
  // A JSON-RPC message as parts; line breaks in them, outside of strings, become spaces.
  void message(http::Exchange::Parts parts);
  // What the client sees of that kind has changed.
  void list_changed(protocol::ListKind kind) { notices_.list_changed(kind); }

 private:
  void on_peer_gone(http::Exchange& exchange) override;
  void on_drain(http::Exchange& exchange) override;
  void send_notice(std::string_view message) override;
  void send_keep_alive();

  base::Runtime runtime_;
  StreamOwner& owner_;
  http::Exchange exchange_;
  ListNotices notices_;
  base::Timer<ServerStream, &ServerStream::send_keep_alive> keep_alive_timer_{*this};
};

}  // namespace proxy::downstream
