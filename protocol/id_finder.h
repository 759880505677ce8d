// Finds the id of a message that is too long to keep: it is fed piece by piece and nothing of it
// stays but the id, so that a line over the cap fails one call and not the connection. Resource;
// pure.
//
// Trusts nothing: the text is not validated, an id that comes twice or is too long is none.
// Limits: kIdBytesMax for the id; constant memory. Cost: a few ns a byte.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace protocol {

class IdFinder {
 public:
  // The next bytes of the message, split anywhere.
  void feed(std::string_view bytes);

  // The raw id (`17`, `"a"`) of what was fed so far; empty when there was none that can be trusted.
  std::string_view id() const { return ids_ == 1 ? std::string_view(id_) : std::string_view(); }
  // Whether a member `method` was there: a request or notification, else a response.
  bool has_method() const { return has_method_; }

 private:
  void feed_one(char c);
  void string_byte(char c);
  void end_of_key();
  void note(char c);

  std::uint32_t depth_ = 0;
  std::uint32_t ids_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool is_key_ = false;     // the string being read is a key of the message itself
  bool want_key_ = false;   // the next string at depth 1 is a key
  bool taking_id_ = false;  // the value being read is the id
  bool has_method_ = false;
  std::string key_;  // at most kIdBytesMax
  std::string id_;
};

}  // namespace protocol
