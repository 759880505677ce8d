// One client connection to an MCP endpoint of the daemon: posts messages, reads the answers, plain
// or streamed. Blocking. Resource.
//
// Threads: one at a time, but for stop().
// Limits:  kAnswerBytesMax for one message.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/cli/daemon_address.h"

namespace proxy::cli {

// What a request of an open session carries in its headers. Value.
struct McpSession {
  std::string id;       // empty: none yet
  std::string version;  // the negotiated revision
  bool operator==(const McpSession&) const = default;
};

enum class PostFate : std::uint8_t {
  answered,  // the daemon took it: every message of the answer was delivered
  not_sent,  // no connection: nothing was done
  lost,      // the connection ended before the answer did: it may have been done
  refused,   // an HTTP error; `body` says why
};

struct Posted {
  PostFate fate = PostFate::not_sent;
  int status = 0;
  std::string session_id;  // of the answer to initialize
  std::string body;        // when refused
  std::string problem;     // when not sent or lost: why
};

class McpLink {
 public:
  static constexpr std::size_t kAnswerBytesMax = 64 * 1024 * 1024;
  // Longer than any call may take; when the daemon dies the connection ends at once.
  static constexpr std::chrono::hours kAnswerTime{2};

  using OnMessage = std::function<void(std::string_view message)>;

  // `path` is the endpoint's: "/mcp/servers/x", percent-encoded.
  McpLink(const DaemonAddress& address, std::string path);
  ~McpLink();
  McpLink(const McpLink&) = delete;
  McpLink& operator=(const McpLink&) = delete;

  // `on_message` gets each JSON-RPC message (or batch) of the answer as it arrives.
  Posted post(std::string_view message, const McpSession& session, const OnMessage& on_message);
  // Reads the session's event stream until it ends; `on_open` when it is open.
  Posted listen(const McpSession& session, const std::function<void()>& on_open,
                const OnMessage& on_message);
  // Ends the session on the daemon's side; not waited for long.
  void end(const McpSession& session);
  // Whether the endpoint exists: 404 in `status` when it does not.
  Posted probe();

  // From any thread: what is being waited for ends now.
  void stop();

 private:
  struct Connection;
  const std::string path_;
  std::unique_ptr<Connection> connection_;  // never null
};

}  // namespace proxy::cli
