// Takes one answer as its bytes come: an event stream is cut into events, anything else is kept
// whole up to the limit. A byte order mark before it is skipped. Resource; pure.
#pragma once
#include <string_view>
#include <vector>

#include "protocol/id_finder.h"
#include "upstream/http/exchange.h"

namespace upstream {

class AnswerReader {
 public:
  // `raw_id`: whose response is looked for; it outlives the reader.
  AnswerReader(std::string_view raw_id, std::size_t message_bytes_max)
      : raw_id_(raw_id), message_bytes_max_(message_bytes_max), decoder_(message_bytes_max) {
    decoder_.skip_oversized();
  }

  // The head has come. True: events follow.
  bool take_head(HttpHead head);
  // The next bytes; the events they complete are appended. False: the answer is too large.
  bool take_bytes(std::string_view bytes, std::vector<protocol::SseEvent>& events);
  bool streamed() const { return end_.streamed; }
  // The response that is looked for was there.
  bool answered() const { return end_.answered; }
  // The answer as it stands, without a fault but too_large.
  HttpEnd finish();

 private:
  void look_for_answer(std::string_view message);
  void end_body();

  const std::string_view raw_id_;
  const std::size_t message_bytes_max_;
  protocol::SseDecoder decoder_;
  protocol::IdFinder body_id_;  // of what is no stream, looked for as it comes
  HttpEnd end_;
};

}  // namespace upstream
