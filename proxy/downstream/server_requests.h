// What upstreams ask clients in the middle of calls (sampling, elicitation): each question goes to
// the one client it is meant for, under an id of ours, and that client's answer back. Resource.
//
// A question ends once: answered, taken back by the upstream, or withdrawn, because the calls it
// belongs to are over, the session or the upstream's connection is gone, or kPatience has passed.
//
// Ownership: the daemon's; what it is given outlives it, and it outlives no session that has
//            questions.
// Threads:   the loop thread.
// Limits:    kPerSessionMax open questions and kParamsBytesMax for one; beyond, it is refused.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/runtime.h"
#include "protocol/envelope.h"
#include "proxy/downstream/call_table.h"
#include "proxy/downstream/callers.h"
#include "proxy/downstream/session.h"
#include "upstream/fleet/fleet.h"
#include "upstream/fleet/fleet_observer.h"

namespace proxy::downstream {

class ServerRequests {
 public:
  static constexpr std::uint32_t kPerSessionMax = 16;
  static constexpr std::size_t kParamsBytesMax = 4UL * 1024 * 1024;
  static constexpr base::Duration kPatience = std::chrono::minutes(5);

  ServerRequests(base::Runtime runtime, upstream::Fleet& fleet, const Callers& callers,
                 CallTable& calls)
      : runtime_(runtime), fleet_(fleet), callers_(callers), calls_(calls) {}
  ~ServerRequests();
  ServerRequests(const ServerRequests&) = delete;
  ServerRequests& operator=(const ServerRequests&) = delete;

  // False: clients are not asked such things. Else the upstream gets an answer, now or later.
  bool on_asked(const upstream::ServerRequestRef& request, upstream::CallerKey caller,
                std::string_view method, std::string_view params);
  // What an upstream of that client's own may ask it.
  protocol::ClientAbilities abilities_of(upstream::CallerKey caller) const;
  // The upstream wants no answer any more.
  void on_over(const upstream::ServerRequestRef& request);

  // What a client answers; ignored unless it was asked that itself.
  void on_answer(const Session& session, const protocol::Envelope& answer);
  // The session's last call with that upstream ends.
  void on_calls_over(Session& session, upstream::UpstreamId upstream);
  // The session ends.
  void forget(Session& session);

 private:
  struct Question {
    Question(ServerRequests& owning, std::uint64_t number, Session& whom,
             const upstream::ServerRequestRef& request)
        : owner(owning),
          id(number),
          session(whom),
          upstream(request.upstream),
          connection(request.session),
          instance(request.instance),
          raw_id(request.raw_id) {}
    Question(const Question&) = delete;
    Question& operator=(const Question&) = delete;
    upstream::ServerRequestRef ref() const { return {upstream, connection, raw_id, instance}; }
    void fire() { owner.on_patience_over(*this); }

    ServerRequests& owner;
    const std::uint64_t id;
    Session& session;
    const upstream::UpstreamId upstream;
    const std::uint64_t connection;
    const upstream::UpstreamId instance;
    const std::string raw_id;
    bool in_call = false;  // calls of the session with the upstream were under way
    base::Timer<Question, &Question::fire> patience{*this};
  };
  using Questions = std::map<std::uint64_t, Question>;

  // Why the session is not asked; nothing when it is.
  std::optional<protocol::RpcError> refusal(const Session& session, protocol::Method method,
                                            std::string_view params) const;
  bool send(Session& session, upstream::UpstreamId upstream, std::string_view message);
  void refuse(const upstream::ServerRequestRef& request, const protocol::RpcError& error);
  void tell_withdrawn(const Question& question, std::string_view reason);
  Questions::iterator erase(Questions::iterator question);
  void on_patience_over(Question& question);

  base::Runtime runtime_;
  upstream::Fleet& fleet_;
  const Callers& callers_;
  CallTable& calls_;
  Questions questions_;  // by our id
  std::uint64_t last_id_ = 0;
};

}  // namespace proxy::downstream
