// What carries messages to one client, within a request or outside of any. A seam.
//
// Threads: the loop thread.
#pragma once
#include <string_view>

namespace proxy::downstream {

class NoticeChannel {
 public:
  virtual ~NoticeChannel() = default;
  // A whole JSON-RPC notification, or a request of ours, on one line.
  virtual void notify(std::string_view message) = 0;
};

}  // namespace proxy::downstream
