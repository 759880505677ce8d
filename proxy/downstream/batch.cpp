#include "proxy/downstream/batch.h"

#include <cassert>

namespace proxy::downstream {

void Batch::add(http::Exchange::Parts message) {
  answers_ += answers_.empty() ? "[" : ",";
  for (const std::string_view part : message) answers_ += part;
  settle_one();
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
