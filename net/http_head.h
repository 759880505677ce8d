// The head of an answer, and the limit on all of an answer that is no body. Values; pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace net {

struct Header {
  std::string name;
  std::string value;
  bool operator==(const Header&) const = default;
};

struct Head {
  int status = 0;     // 0: none came
  std::string lines;  // "Name: value\r\n" each, as they came, without the status line

  // The value of the first header of that name, without blanks around; empty when there is none.
  std::string_view get(std::string_view name) const;
};

// What is told of one that passes HeadReader::kBytesMax.
inline constexpr std::string_view kHeadTooLarge = "its head is over 64 KiB";

// Takes lines as they come: of informational answers, of the final one, of trailers. Resource.
class HeadReader {
 public:
  // Of all lines of one exchange together, informational answers and trailers included.
  static constexpr std::size_t kBytesMax = 64UL * 1024;

  // `line`: with its line end. False: the limit is passed.
  bool take_line(std::string_view line);
  // The final answer's head is there; what comes now are trailers.
  bool complete() const { return complete_; }
  bool chunked() const { return chunked_; }
  const Head& head() const { return head_; }

 private:
  void end_block();

  Head head_;
  std::size_t bytes_ = 0;
  bool in_block_ = false;
  bool complete_ = false;
  bool chunked_ = false;
};

}  // namespace net
