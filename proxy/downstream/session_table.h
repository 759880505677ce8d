// The sessions of all clients. A session's id is a sealed token that carries all that initialize
// fixed, so a session is rebuilt from its id when it is not in memory: after a restart, or after it
// was put aside because nobody used it. Resource.
//
// Ownership: the daemon's. A Session pointer lives until end() or the end of the loop's turn in
// which the
//            session was last used, longer while it has calls or a stream.
// Threads:   the loop thread.
// Limits:    kSessionsMax in memory; beyond, those without calls and stream that were used longest
// ago
//            are put aside.
// Cost:      find() one hash lookup; opening a token once about a microsecond.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/runtime.h"
#include "proxy/downstream/session.h"

namespace proxy::downstream {

// Seals facts into an id and opens it again; the seam to the keys.
class SessionSeal {
 public:
  virtual ~SessionSeal() = default;
  virtual std::string seal(const SessionFacts& facts) = 0;
  // Nothing for a text that is not ours or has expired.
  virtual std::optional<SessionFacts> open(std::string_view id) = 0;
};

// A session that was ended by its client. Value.
struct EndedSession {
  std::uint64_t digest = 0;  // of its id
  base::WallTime issued{};
};

class SessionTable {
 public:
  using OnEnded = std::function<void(const EndedSession&)>;
  static constexpr std::size_t kSessionsMax = 10'000;
  static constexpr std::size_t kEndedMax = 100'000;  // ids of deleted sessions that are remembered

  SessionTable(base::Runtime runtime, SessionSeal& seal) : runtime_(runtime), seal_(seal) {}
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  Session& begin(SessionFacts facts);
  // Null for an unknown, expired or ended id, and for one of another principal or surface.
  Session* find(std::string_view id, security::Principal principal, SurfaceKey surface);
  // For ever: the id is not taken again. REQUIRES: no calls and no stream.
  void end(Session& session);
  std::size_t size() const { return sessions_.size(); }

  // Ended before this table was made: it is not taken again either.
  void restore_ended(std::uint64_t digest) { ended_.insert(digest); }
  // Told of each that ends, so that it can be restored.
  void on_ended(OnEnded listener) { listener_ = std::move(listener); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  Session& keep(std::string id, SessionFacts facts);
  void put_aside_unused();

  base::Runtime runtime_;
  SessionSeal& seal_;
  std::unordered_map<std::string, std::unique_ptr<Session>, Hash, std::equal_to<>> sessions_;
  std::unordered_set<std::uint64_t> ended_;  // digests of ids
  OnEnded listener_;
};

}  // namespace proxy::downstream
