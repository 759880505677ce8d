#include "proxy/tools/text_piece.h"

#include <algorithm>

#include "protocol/members.h"

namespace proxy::tools {
namespace {

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// The byte at which the character `count` begins, or the end.
std::size_t byte_of(std::string_view text, std::uint64_t count) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && count-- == 0) return i;
  }
  return text.size();
}

// Gathers the elements of an array that fit, while it is walked.
class ElementPicker {
 public:
  ElementPicker(std::string_view whole, std::uint64_t offset, std::uint64_t limit)
      : whole_(whole), offset_(offset), room_(limit) {}

  bool take(std::string_view element) {
    const auto start = static_cast<std::size_t>(element.data() - whole_.data());
    at_ += characters(whole_.substr(counted_, start - counted_));
    counted_ = start;
    if (full_ || (!begun_ && offset_ > 0 && at_ < offset_)) return true;
    missed_ = missed_ || (!begun_ && offset_ > 0 && at_ != offset_);
    begun_ = true;
    const std::uint64_t needed = characters(element) + (text_.empty() ? 2 : 1);
    if (needed > room_) {
      full_ = true;
      next_ = at_;
      return true;
    }
    room_ -= needed;
    text_ += text_.empty() ? '[' : ',';
    text_ += element;
    return true;
  }

  // Whether the elements make a piece; if not, the text is cut like any other.
  bool usable() const { return !missed_ && !text_.empty(); }
  Piece piece(std::uint64_t total) { return {text_ + "]", full_ ? next_ : total, total}; }

 private:
  std::string_view whole_;
  std::uint64_t offset_;
  std::uint64_t room_;
  std::uint64_t at_ = 0;     // in characters, of the element being looked at
  std::size_t counted_ = 0;  // the same in bytes
  std::uint64_t next_ = 0;
  std::string text_;
  bool begun_ = false;
  bool full_ = false;
  bool missed_ = false;  // no element begins at the offset
};

}  // namespace

std::uint64_t characters(std::string_view utf8) {
  return static_cast<std::uint64_t>(std::ranges::count_if(utf8, begins_character));
}

Piece piece_of(std::string_view whole, std::uint64_t offset, std::uint64_t limit) {
  const std::uint64_t total = characters(whole);
  offset = std::min(offset, total);
  if (offset == 0 && total <= limit) return {std::string(whole), total, total};
  const std::size_t first = whole.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && whole[first] == '[') {
    ElementPicker picker(whole, offset, limit);
    const auto fault = protocol::for_each_element(
        whole, [&](const protocol::JsonMember& element) { return picker.take(element.value); });
    if (fault.problem == nullptr && !fault.stopped && picker.usable()) return picker.piece(total);
  }
  const std::size_t from = byte_of(whole, offset);
  const std::string_view rest = whole.substr(from);
  const std::string_view text = rest.substr(0, byte_of(rest, limit));
  return {std::string(text), offset + characters(text), total};
}

}  // namespace proxy::tools
