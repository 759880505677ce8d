// The calls of all clients that are with an upstream now: each gets exactly one answer, by its own
// id and on its own request. Resource.
//
// Ownership: the daemon's. What it is given outlives it; sessions end their calls here before they
// go. Threads:   the loop thread. Limits:    kCallsMax in flight; beyond, a call is refused as
// overloaded. Cost:      rows are reused: no allocation in steady state. A result that names
// resources is read
//            once more where its URIs have to change.
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/envelope.h"
#include "protocol/links.h"
#include "protocol/log_level.h"
#include "proxy/activity/call_end.h"
#include "proxy/catalog/catalog.h"
#include "proxy/downstream/callers.h"
#include "proxy/downstream/reply.h"
#include "proxy/downstream/session.h"
#include "proxy/tools/result_cache.h"
#include "upstream/fleet/fleet.h"

namespace proxy::downstream {

// Where an answer is written differently.
enum class CallForm : std::uint8_t {
  direct,        // the client called the tool itself: an upstream's error object goes through
  by_meta_tool,  // through call_tool: an error becomes a tool result that the agent can read
  request,       // any other method: our own errors are JSON-RPC errors too
};

struct CallStyle {
  CallForm form = CallForm::direct;
  // On surfaces that join servers: where the result names resources, by the URIs shown there.
  std::optional<protocol::LinkForm> links;
  bool joined =
      false;  // servers are joined: an error that could be of any of them names its server
};

// A row of the table.
class PendingCall {
 public:
  PendingCall() = default;
  PendingCall(const PendingCall&) = delete;
  PendingCall& operator=(const PendingCall&) = delete;

 private:
  friend class CallTable;
  Reply reply_;
  std::string id_;    // the client's, raw
  std::string tool_;  // the upstream's own name; empty when it is no tool call
  base::TimePoint started_{};
  Session* session_ = nullptr;
  PendingCall* previous_ = nullptr;  // of the same session
  PendingCall* next_ = nullptr;
  upstream::CallHandle handle_;
  std::uint32_t index_ = 0;
  std::uint32_t generation_ = 0;  // odd while the row is in use
  CallStyle style_;
};

class CallTable final : private upstream::CallSink {
 public:
  static constexpr std::size_t kCallsMax = 10'000;

  CallTable(const base::Clock& clock, upstream::Fleet& fleet, const catalog::Catalog& catalog,
            tools::ResultCache& results, activity::CallObserver& observer, Callers& callers)
      : clock_(clock),
        fleet_(fleet),
        catalog_(catalog),
        results_(results),
        observer_(observer),
        callers_(callers) {}
  ~CallTable() override;
  CallTable(const CallTable&) = delete;
  CallTable& operator=(const CallTable&) = delete;

  // Starts the call; its answer, also a refusal, goes to `reply` under `id`. `spec` is complete but
  // for caller, tag and sink.
  void start(Session& session, Reply reply, std::string_view id, CallStyle style,
             upstream::UpstreamId upstream, upstream::CallSpec spec);

  // The client no longer wants the answer to its request `id`; unknown ids are ignored.
  void cancel(Session& session, std::string_view id);
  // Cancels all calls of a session that ends.
  void cancel_all(Session& session);

  // A log message of an upstream (`params` of notifications/message) for `client`: on the newest of
  // its calls there, else beside all requests. To nobody when that client is gone, or kNobody.
  void relay_log(upstream::UpstreamId upstream, upstream::CallerKey client,
                 protocol::LogLevel level, std::string_view params);

  // Whether the session has calls with that upstream.
  bool has_calls(const Session& session, upstream::UpstreamId upstream) const;
  // Sends a message within the newest of them that can carry one; false when none can.
  bool notify(const Session& session, upstream::UpstreamId upstream, std::string_view message);

  // Calls and other requests.
  std::uint32_t in_flight() const { return in_flight_; }
  // Of tool calls only.
  const activity::CallCounters& counters() const { return counters_; }

 private:
  void on_result(upstream::CallTag tag, std::string_view result,
                 const protocol::Envelope& message) override;
  void on_error(upstream::CallTag tag, std::string_view error,
                const protocol::Envelope& message) override;
  void on_progress(upstream::CallTag tag, const protocol::Envelope& message,
                   std::string_view token) override;
  void on_failed(upstream::CallTag tag, const base::Error& error) override;

  PendingCall& take_row();
  void enlist(PendingCall& call, Session& session, upstream::UpstreamId upstream);
  void release(PendingCall& call);
  static void refuse(const Session& session, Reply& reply, std::string_view id, CallStyle style,
                     const base::Error& failure);
  PendingCall* find(upstream::CallTag tag);
  void abort(PendingCall& call);
  // Ends the call with a result that may be too long for an agent.
  void fit_result(PendingCall& call, std::string_view result);
  // Before its answer: what nobody has answered of what was asked in it is moot.
  void withdraw_questions(const PendingCall& call);
  void tell(const PendingCall& call, events::CallOutcome outcome, std::uint64_t result_bytes,
            std::optional<base::ErrorCode> error = {});
  static upstream::CallTag tag_of(const PendingCall& call);
  static bool is_tool_call(const PendingCall& call) { return !call.tool_.empty(); }

  const base::Clock& clock_;
  upstream::Fleet& fleet_;
  const catalog::Catalog& catalog_;
  tools::ResultCache& results_;
  activity::CallObserver& observer_;
  Callers& callers_;
  std::deque<PendingCall> rows_;
  std::vector<std::uint32_t> free_;
  std::string scratch_;
  std::uint32_t in_flight_ = 0;
  activity::CallCounters counters_;
};

}  // namespace proxy::downstream
