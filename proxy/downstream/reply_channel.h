// Where answers go when they do not answer the request's own HTTP exchange: the place in a batch,
// or the event stream of the client. A seam of Reply's.
//
// Ownership: shared by the Replies that still owe something and whoever made it.
// Threads:   the loop thread.
#pragma once
#include <string_view>

#include "proxy/downstream/notice_channel.h"
#include "proxy/http/exchange.h"

namespace proxy::downstream {

// notify() takes what belongs to a request, before its answer.
class ReplyChannel : public NoticeChannel {
 public:
  // The answer to the request with the raw `id`, as parts of a message. Valid JSON that may hold
  // line breaks.
  virtual void add(std::string_view id, http::Exchange::Parts message) = 0;
  // Whether notify() reaches the client.
  virtual bool carries_notices() const { return true; }
  // One request gets no answer: it was cancelled.
  virtual void skip() = 0;
};

}  // namespace proxy::downstream
