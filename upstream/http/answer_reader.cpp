#include "upstream/http/answer_reader.h"

#include <utility>

#include "protocol/id_finder.h"

namespace upstream {

bool AnswerReader::take_head(HttpHead head) {
  end_.head = std::move(head);
  const bool success = end_.head.status >= 200 && end_.head.status < 300;
  end_.streamed = success && end_.head.content_type == "text/event-stream";
  return end_.streamed;
}

bool AnswerReader::take_bytes(std::string_view bytes, std::vector<protocol::SseEvent>& events) {
  if (!end_.streamed) {
    if (end_.body.size() + bytes.size() > message_bytes_max_) {
      end_.fault = HttpFault::too_large;
      return false;
    }
    end_.body += bytes;
    return true;
  }
  const std::size_t known = events.size();
  const bool whole = decoder_.feed(bytes, events).ok();
  for (std::size_t i = known; i < events.size(); ++i) {
    if (events[i].oversized) {
      end_.answered |= !raw_id_.empty() && events[i].data == raw_id_;
    } else {
      look_for_answer(events[i].data);
    }
  }
  if (!whole) end_.fault = HttpFault::too_large;
  return whole;
}

// A batch holds several messages: it is taken for the answer.
void AnswerReader::look_for_answer(std::string_view message) {
  if (raw_id_.empty() || end_.answered) return;
  const std::size_t start = message.find_first_not_of(" \t\r\n");
  if (start != message.npos && message[start] == '[') {
    end_.answered = true;
    return;
  }
  protocol::IdFinder finder;
  finder.feed(message);
  end_.answered = !finder.has_method() && finder.id() == raw_id_;
}

HttpEnd AnswerReader::finish() {
  if (end_.streamed) {
    end_.last_event_id = decoder_.last_event_id();
    end_.retry = decoder_.retry();
  } else {
    look_for_answer(end_.body);
  }
  return std::move(end_);
}

}  // namespace upstream
