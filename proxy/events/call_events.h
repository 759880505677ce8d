// The stream of call events: for those who watch calls right now. Nothing is kept for later, and
// nothing at all is made while nobody watches. Resource.
//
// Ownership: as EventBus.
// Threads:   the loop thread only; watchers run at the end of the turn.
// Limits:    kWaitingMax events wait for the slowest watcher; one that falls behind them hears how
//            many it lost.
// Cost:      a call that nobody watches: one comparison, no allocation.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error_code.h"
#include "proxy/events/feed.h"

namespace proxy::events {

enum class CallOutcome : std::uint8_t { ok, tool_error, failed, cancelled };
std::string_view to_string(CallOutcome outcome);

// One finished call. Value.
struct CallEvent {
  base::WallTime at{};  // when it ended
  std::string server;
  std::string tool;  // the upstream's own name
  CallOutcome outcome = CallOutcome::ok;
  std::optional<base::ErrorCode> error;  // of `failed`
  std::chrono::microseconds duration{};
  std::uint64_t result_bytes = 0;
};

// Both return whether more can be taken now; after false nothing comes until resume().
class CallWatcher {
 public:
  virtual ~CallWatcher() = default;
  virtual bool on_call(const CallEvent& event) = 0;
  virtual bool on_dropped(std::uint64_t count) = 0;
};

class CallEvents {
 public:
  static constexpr std::size_t kWaitingMax = 4'096;

  explicit CallEvents(base::TurnQueue& turn, std::size_t waiting_max = kWaitingMax)
      : feed_(turn, waiting_max) {}
  CallEvents(const CallEvents&) = delete;
  CallEvents& operator=(const CallEvents&) = delete;

  bool watched() const { return feed_.reader_count() > 0; }

  // `make` returns the CallEvent; it is called only when somebody watches.
  template <class Make>
  void publish(Make&& make) {
    if (watched()) feed_.push(std::make_shared<const CallEvent>(make()));
  }

  // Ends when destroyed. Resource.
  class Watch final : private Feed<CallEvent>::Reader {
   public:
    ~Watch() override = default;
    void resume() { cursor_.resume(); }

   private:
    friend class CallEvents;
    Watch(Feed<CallEvent>& feed, CallWatcher& watcher)
        : watcher_(watcher), cursor_(feed, *this, feed.next_seq()) {}
    bool on_start() override { return true; }
    bool on_item(const std::shared_ptr<const CallEvent>& item) override {
      return watcher_.on_call(*item);
    }
    bool on_missed(std::uint64_t first, std::uint64_t last) override {
      return watcher_.on_dropped(last - first + 1);
    }

    CallWatcher& watcher_;
    Feed<CallEvent>::Cursor cursor_;
  };

  // Calls that end from now on.
  std::unique_ptr<Watch> watch(CallWatcher& watcher) {
    return std::unique_ptr<Watch>(new Watch(feed_, watcher));
  }

 private:
  Feed<CallEvent> feed_;
};

}  // namespace proxy::events
