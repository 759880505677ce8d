#include "protocol/id_finder.h"

#include "protocol/envelope.h"

namespace protocol {

void IdFinder::feed(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    if (in_string_ && !is_key_ && !taking_id_ && !escaped_) {
      at = bytes.find_first_of("\"\\", at);
      if (at == std::string_view::npos) return;
    }
    feed_one(bytes[at]);
  }
}

void IdFinder::feed_one(char c) {
  if (in_string_) return string_byte(c);
  switch (c) {
    case '"':
      in_string_ = true;
      is_key_ = depth_ == 1 && want_key_;
      if (is_key_) key_.clear();
      if (taking_id_) note(c);
      return;
    case '{':
    case '[':
      if (depth_ == 0) want_key_ = c == '{';
      if (taking_id_) ids_ = 2;  // no id at all
      ++depth_;
      return;
    case '}':
    case ']':
      if (depth_ > 0) --depth_;
      taking_id_ = false;
      return;
    case ',':
      if (depth_ == 1) {
        want_key_ = true;
        taking_id_ = false;
      }
      return;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ':':
      return;
  }
  if (taking_id_) note(c);
}

void IdFinder::string_byte(char c) {
  if (is_key_ && key_.size() < kIdBytesMax) key_ += c;
  if (taking_id_) note(c);
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    in_string_ = false;
    if (is_key_) end_of_key();
  }
}

void IdFinder::end_of_key() {
  key_.pop_back();  // the quote
  want_key_ = false;
  is_key_ = false;
  has_method_ = has_method_ || key_ == "method";
  taking_id_ = key_ == "id";
  if (taking_id_) ++ids_;
}

void IdFinder::note(char c) {
  if (id_.size() == kIdBytesMax) {
    ids_ = 2;  // too long: not to be trusted
  } else {
    id_ += c;
  }
}

}  // namespace protocol
