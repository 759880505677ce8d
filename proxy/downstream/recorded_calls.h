// For unit tests: what the table of calls told of each that ended.
#pragma once
#include <string>
#include <vector>

#include "proxy/activity/call_end.h"

namespace proxy::downstream {

struct RecordedCalls final : activity::CallObserver {
  void call_ended(const activity::CallEnd& end) override {
    ended.push_back(fmt::format("{}:{} {} by {}", end.server, end.tool,
                                events::to_string(end.outcome), end.actor));
  }
  std::vector<std::string> ended;
};

}  // namespace proxy::downstream
