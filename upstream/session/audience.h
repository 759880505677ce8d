// Whom a server can mean by what it says outside of every request: a question, a log message, its
// last words. One rule for all of them: everybody whose calls are with it now, or ended less than
// kRemembered ago, may be meant, whether the call was answered or given up, and whether the client
// is still there or not: what it told the server still is. What is said goes to that client when
// it can only be one, else to nobody. Pure; time is passed in.
//
// Of one connection: a process that starts anew knows nothing of its predecessor's callers.
// Limits: the last caller, and until when any other counts, are all that is kept.
#pragma once
#include <chrono>

#include "base/clock.h"
#include "upstream/session/call.h"

namespace upstream {

class Audience {
 public:
  static constexpr base::Duration kRemembered = std::chrono::minutes(5);

  // A call has ended, whichever way.
  void on_over(CallerKey caller, base::TimePoint now) {
    if (caller == kOurselves) return;
    if (caller != caller_) {
      others_until_ = until_;
      caller_ = caller;
    }
    until_ = now + kRemembered;
  }

  // The only client that may be meant; kNobody when there are several or none, or when it is one
  // that cannot be told. `each_under_way(add)` calls add(caller) for each call under way.
  template <class EachUnderWay>
  CallerKey sole(base::TimePoint now, EachUnderWay each_under_way) const {
    CallerKey sole = now < until_ ? caller_ : kOurselves;
    bool several = now < others_until_;
    each_under_way([&](CallerKey caller) {
      if (caller == kOurselves) return;
      several = several || (sole != kOurselves && sole != caller);
      sole = caller;
    });
    return several || sole == kOurselves ? kNobody : sole;
  }

 private:
  CallerKey caller_ = kNobody;  // whose call ended last
  base::TimePoint until_{};
  base::TimePoint others_until_{};
};

}  // namespace upstream
