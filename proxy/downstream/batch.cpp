#include "proxy/downstream/batch.h"

#include <cassert>

#include "protocol/jsonrpc.h"
#include "protocol/splice.h"

namespace proxy::downstream {

void Batch::add(std::string_view id, http::Exchange::Parts message) {
  std::size_t bytes = 1;
  for (const std::string_view part : message) bytes += part.size();
  answers_ += answers_.empty() ? "[" : ",";
  if (has_room(bytes)) {
    for (const std::string_view part : message) answers_ += part;
  } else {
    is_full_ = true;
    protocol::append_error_response(
        answers_, id,
        {protocol::kInternalError,
         "the answers to the batch are too large together, and this one was left out: what it "
         "answers may have been carried out. Send fewer messages at a time",
         {}});
  }
  settle_one();
}

bool Batch::has_room(std::size_t bytes) {
  return exchange_.open() && answers_.size() + bytes <= kAnswersBytesMax && room_.take(bytes);
}

void Batch::skip() {
  settle_one();
}

void Batch::settle_one() {
  assert(outstanding_ > 0);
  if (--outstanding_ > 0 || !exchange_.open()) return;
  if (answers_.empty()) {
    exchange_.respond(http::Status::accepted);
    return;
  }
  answers_ += ']';
  exchange_.respond(http::Status::ok, "application/json", answers_);
}

}  // namespace proxy::downstream
