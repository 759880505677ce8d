// What log messages upstreams are asked for: a shared upstream has one level for all its clients,
// so it gets the most verbose one that any of them wants, and each client's own is applied as
// messages are relayed. Resource.
//
// Ownership: the daemon's; fleet and catalog outlive it.
// Threads:   the loop thread.
#pragma once
#include <optional>
#include <vector>

#include "protocol/log_level.h"
#include "proxy/catalog/catalog.h"
#include "proxy/catalog/view.h"
#include "upstream/fleet/fleet.h"

namespace proxy::downstream {

class LogLevels final : private upstream::CallSink {
 public:
  // What an upstream logs when it is not asked is not known: levels above this are left to it, for
  // the sake of clients that want its default.
  static constexpr protocol::LogLevel kAskedMax = protocol::LogLevel::info;

  LogLevels(upstream::Fleet& fleet, const catalog::Catalog& catalog)
      : fleet_(fleet), catalog_(catalog) {}
  LogLevels(const LogLevels&) = delete;
  LogLevels& operator=(const LogLevels&) = delete;

  // A client of that scope wants messages from `level` on. Nothing is started for it.
  void want(const catalog::Scope& scope, protocol::LogLevel level);
  // A new connection has its default level.
  void on_ready(upstream::UpstreamId upstream);

 private:
  void on_result(upstream::CallTag, std::string_view, const protocol::Envelope&) override {}
  void on_error(upstream::CallTag, std::string_view, const protocol::Envelope&) override {}
  void on_progress(upstream::CallTag, const protocol::Envelope&, std::string_view) override {}
  void on_failed(upstream::CallTag, const base::Error&) override {}
  void ask(upstream::UpstreamId upstream);

  upstream::Fleet& fleet_;
  const catalog::Catalog& catalog_;
  std::vector<std::optional<protocol::LogLevel>> wanted_;  // by UpstreamId
};

}  // namespace proxy::downstream
