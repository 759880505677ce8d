// The bytes of stored values: a writer that appends and a reader that never leaves its input. The
// format of every record is described in FORMAT.md. Values; any thread.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"

namespace storage {

using Hash = std::array<std::uint8_t, 32>;  // SHA-256

class ByteWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void boolean(bool value) { u8(value ? 1 : 0); }
  void number(std::uint64_t value);  // LEB128: 7 bits a byte, lowest first
  void integer(std::int64_t value);  // zigzag, then as number
  void u64(std::uint64_t value);     // eight bytes, little endian
  void text(std::string_view value);
  void hash(const Hash& value);
  void time(base::WallTime value) { integer(value.time_since_epoch().count()); }
  void time(const std::optional<base::WallTime>& value);
  void texts(const std::vector<std::string>& values);

  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// After the first value that is not there as it should be, everything reads as zero or empty and
// ok() stays false: a decoder reads all its fields and looks once.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  std::uint8_t u8();
  bool boolean();  // anything but 0 and 1 is an error
  std::uint64_t number();
  std::uint32_t number32();
  std::int64_t integer();
  std::uint64_t u64();
  std::string_view view();
  std::string text() { return std::string(view()); }
  Hash hash();
  base::WallTime time() { return base::WallTime(base::Milliseconds(integer())); }
  std::optional<base::WallTime> optional_time();
  std::vector<std::string> texts();
  // The length of a list whose elements take at least `element_bytes_min` each: never more than
  // the rest of the input can hold, so that a damaged length cannot allocate much.
  std::size_t count(std::size_t element_bytes_min);

  bool ok() const { return ok_; }
  // Everything was there, and nothing more.
  bool finished() const { return ok_ && rest_.empty(); }
  void fail();

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace storage
