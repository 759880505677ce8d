// Speaks REST with the daemon: one blocking request at a time. Resource.
//
// Ownership: the command's. Threads: one.
// Errors:    what the daemon answered, with its code, message and remedy; daemon_unreachable when
//            nobody listens, deadline_exceeded when no answer came in time, protocol_error when
//            something else listens.
// Limits:    answers of at most kAnswerBytesMax.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "proxy/cli/daemon_address.h"

namespace proxy::cli {

class RestClient {
 public:
  static constexpr std::size_t kAnswerBytesMax = 256 * 1024 * 1024;
  static constexpr std::chrono::seconds kTimeout{30};

  explicit RestClient(DaemonAddress address);
  ~RestClient();
  RestClient(const RestClient&) = delete;
  RestClient& operator=(const RestClient&) = delete;

  const DaemonAddress& address() const { return address_; }

  // `path` stands below /api/v1: "servers/github". Returns the raw JSON of the envelope's `data`.
  base::Result<std::string> get(std::string_view path,
                                std::chrono::milliseconds timeout = kTimeout);
  base::Result<std::string> post(std::string_view path, std::string_view json,
                                 std::chrono::milliseconds timeout = kTimeout);
  base::Result<std::string> patch(std::string_view path, std::string_view json);
  base::Result<std::string> remove(std::string_view path);

  // Reads the event stream at `target` ("/events?...") until it ends or `on_bytes` returns false;
  // both are no error.
  base::Result<void> stream(std::string_view target,
                            const std::function<bool(std::string_view)>& on_bytes);

 private:
  struct Connection;
  base::Result<std::string> exchange(const char* method, std::string_view path,
                                     std::string_view json, std::chrono::milliseconds timeout);
  base::Error failure(int http_error, std::string_view path,
                      std::chrono::milliseconds timeout) const;
  const DaemonAddress address_;
  std::unique_ptr<Connection> connection_;  // never null
};

// What the envelope says: the raw `data`, or the error in it. `status` is the HTTP status. Pure.
base::Result<std::string> open_envelope(std::string_view body, int status);

// For one segment of a path, or one value of a query.
std::string percent_encoded(std::string_view text);

}  // namespace proxy::cli
