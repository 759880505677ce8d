// Bounds what a chunked answer spends on framing: libcurl reads chunk extensions for ever and says
// nothing. Follows the framing byte by byte, but judges no more than its cost. Value; pure.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace net {

class ChunkGuard {
 public:
  // What extensions may take, beside so many bytes for each byte of the body.
  static constexpr std::size_t kExtensionBytesMax = 64UL * 1024;
  static constexpr std::size_t kBytesOfByteMax = 8;

  // The next bytes behind the head. False: extensions take too much.
  bool take(std::string_view bytes);

 private:
  enum class State : std::uint8_t { size, extension, data, data_end, over };

  State state_ = State::size;
  std::size_t left_ = 0;  // of the chunk's data
  std::size_t extension_bytes_ = 0;
  std::size_t data_bytes_ = 0;
};

}  // namespace net
