#include "storage/codec.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace storage {

void ByteWriter::number(std::uint64_t value) {
  while (value >= 0x80) {
    u8(static_cast<std::uint8_t>(value | 0x80));
    value >>= 7;
  }
  u8(static_cast<std::uint8_t>(value));
}

void ByteWriter::integer(std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  number((bits << 1) ^ (value < 0 ? ~std::uint64_t{0} : 0));
}

void ByteWriter::u64(std::uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) u8(static_cast<std::uint8_t>(value >> shift));
}

void ByteWriter::text(std::string_view value) {
  number(value.size());
  bytes_.append(value);
}

void ByteWriter::hash(const Hash& value) {
  bytes_.append(reinterpret_cast<const char*>(value.data()), value.size());
}

void ByteWriter::time(const std::optional<base::WallTime>& value) {
  boolean(value.has_value());
  if (value) time(*value);
}

void ByteWriter::texts(const std::vector<std::string>& values) {
  number(values.size());
  for (const std::string& value : values) text(value);
}

void ByteReader::fail() {
  ok_ = false;
  rest_ = {};
}

std::uint8_t ByteReader::u8() {
  if (rest_.empty()) {
    fail();
    return 0;
  }
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

bool ByteReader::boolean() {
  const std::uint8_t value = u8();
  if (value > 1) fail();
  return value == 1;
}

std::uint64_t ByteReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t byte = u8();
    const std::uint64_t part = byte & 0x7FU;
    if (shift == 63 && part > 1) break;  // does not fit in 64 bits
    value |= part << shift;
    if ((byte & 0x80U) == 0) return ok_ ? value : 0;
  }
  fail();
  return 0;
}

std::uint32_t ByteReader::number32() {
  const std::uint64_t value = number();
  if (value > std::numeric_limits<std::uint32_t>::max()) {
    fail();
    return 0;
  }
  return static_cast<std::uint32_t>(value);
}

std::int64_t ByteReader::integer() {
  const std::uint64_t bits = number();
  return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? ~std::uint64_t{0} : 0));
}

std::uint64_t ByteReader::u64() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 8) value |= std::uint64_t{u8()} << shift;
  return value;
}

std::string_view ByteReader::view() {
  const std::uint64_t size = number();
  if (size > rest_.size()) {
    fail();
    return {};
  }
  const std::string_view value = rest_.substr(0, static_cast<std::size_t>(size));
  rest_.remove_prefix(value.size());
  return value;
}

Hash ByteReader::hash() {
  Hash value{};
  if (rest_.size() < value.size()) {
    fail();
    return value;
  }
  std::memcpy(value.data(), rest_.data(), value.size());
  rest_.remove_prefix(value.size());
  return value;
}

std::optional<base::WallTime> ByteReader::optional_time() {
  if (!boolean()) return std::nullopt;
  return time();
}

std::size_t ByteReader::count(std::size_t element_bytes_min) {
  const std::uint64_t value = number();
  if (value > rest_.size() / element_bytes_min) {
    fail();
    return 0;
  }
  return static_cast<std::size_t>(value);
}

std::vector<std::string> ByteReader::texts() {
  std::vector<std::string> values;
  const std::size_t size = count(1);
  values.reserve(size);
  for (std::size_t i = 0; i < size; ++i) values.push_back(text());
  return values;
}

}  // namespace storage
