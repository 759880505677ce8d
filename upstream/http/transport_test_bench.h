// What the tests of the HTTP transports share: simulated time, a scripted site, a listener that
// records, and a handshake that succeeds.
#pragma once
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "base/sim_runtime.h"
#include "upstream/http/sim_http_client.h"
#include "upstream/transport/transport.h"

namespace upstream {

struct HttpRecorder final : TransportListener {
  std::vector<std::string> messages;
  std::vector<std::string> related_to;  // the requests in whose answers messages came
  std::vector<std::string> oversized;
  std::vector<std::pair<std::string, Failure>> failed;
  int renewals = 0;
  std::optional<Failure> closed;
  std::function<void(std::string_view)> when_message;

  void on_message(std::string_view bytes) override {
    messages.emplace_back(bytes);
    if (when_message) when_message(bytes);
  }
  void on_related_message(std::string_view raw_id, std::string_view bytes) override {
    related_to.emplace_back(raw_id);
    on_message(bytes);
  }
  void on_oversized(std::string_view raw_id) override { oversized.emplace_back(raw_id); }
  void on_request_failed(std::string_view raw_id, const Failure& failure) override {
    failed.emplace_back(raw_id, failure);
  }
  void on_session_renewed() override { ++renewals; }
  void on_closed(const Failure& failure) override {
    REQUIRE_FALSE(closed);
    closed = failure;
  }
};

inline std::string result_of(std::string_view id, std::string_view result = "{}") {
  return fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{}}})", id, result);
}

inline std::string greeting_of(std::string_view id, std::string_view version = "2025-11-25") {
  return result_of(id, fmt::format(R"({{"protocolVersion":"{}","capabilities":{{}}}})", version));
}

// Sends as the session does.
inline bool send_request(Transport& transport, std::string_view method, std::string_view id,
                         base::TimePoint deadline = {}) {
  const std::string bytes = fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"{}"}})", id, method);
  return transport.send({bytes, OutgoingKind::request, method, {}, id, deadline});
}

inline bool send_notification(Transport& transport, std::string_view method,
                              std::string_view id = {}) {
  const std::string bytes = fmt::format(R"({{"jsonrpc":"2.0","method":"{}"}})", method);
  return transport.send({bytes, OutgoingKind::notification, method, {}, id, {}});
}

}  // namespace upstream
