// Messages that came before it was known which transport takes them. Resource; loop thread.
#pragma once
#include <string>
#include <vector>

#include "upstream/transport/transport.h"

namespace upstream {

class HeldMessages {
 public:
  void add(const Outgoing& message) {
    held_.push_back({std::string(message.bytes), message.kind, std::string(message.method),
                     std::string(message.name), std::string(message.raw_id), message.deadline});
  }
  // Again for each transport that is tried.
  void send_to(Transport& transport) const {
    for (const Held& held : held_) {
      (void)transport.send(
          {held.bytes, held.kind, held.method, held.name, held.raw_id, held.deadline});
    }
  }
  void forget() { held_ = {}; }

 private:
  struct Held {
    std::string bytes;
    OutgoingKind kind;
    std::string method;
    std::string name;
    std::string raw_id;
    base::TimePoint deadline;
  };
  std::vector<Held> held_;
};

}  // namespace upstream
