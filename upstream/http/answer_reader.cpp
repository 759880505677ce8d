#include "upstream/http/answer_reader.h"

#include <utility>

namespace upstream {
namespace {

// Some servers write one before their JSON. Events have it skipped by their decoder.
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

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
    if (!raw_id_.empty()) body_id_.feed(bytes);
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

namespace {

// It holds several messages: it is taken for the answer.
bool is_batch(std::string_view message) {
  const std::size_t start = message.find_first_not_of(" \t\r\n");
  return start != message.npos && message[start] == '[';
}

}  // namespace

void AnswerReader::look_for_answer(std::string_view message) {
  if (raw_id_.empty() || end_.answered) return;
  if (is_batch(message)) {
    end_.answered = true;
    return;
  }
  protocol::IdFinder finder;
  finder.feed(message);
  end_.answered = !finder.has_method() && finder.id() == raw_id_;
}

void AnswerReader::end_body() {
  if (end_.body.starts_with(kByteOrderMark)) end_.body.erase(0, kByteOrderMark.size());
  if (raw_id_.empty()) return;
  end_.answered = is_batch(end_.body) || (!body_id_.has_method() && body_id_.id() == raw_id_);
}

HttpEnd AnswerReader::finish() {
  if (end_.streamed) {
    end_.last_event_id = decoder_.last_event_id();
    end_.retry = decoder_.retry();
  } else {
    end_body();
  }
  return std::move(end_);
}

}  // namespace upstream
