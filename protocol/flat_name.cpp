#include "protocol/flat_name.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/digest.h"

namespace protocol {
namespace {

constexpr std::string_view kSeparator = "__";
constexpr std::size_t kHashBytes = 9;  // '_' and eight digits

std::string sanitised(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    if (!fine) c = '_';
  }
  return text;
}

std::string hash_suffix(std::string_view server, std::string_view tool) {
  std::string both(server);
  both += '\0';
  both += tool;
  const base::Digest digest = base::sha256(both);
  return fmt::format("_{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]);
}

bool is_clear(std::string_view server, std::string_view tool) {
  return !server.empty() && !tool.empty() && server.find(kSeparator) == std::string_view::npos &&
         server.back() != '_' && tool.front() != '_';
}

// As hash_suffix() writes it, whatever is before it.
bool ends_like_hash(std::string_view name) {
  if (name.size() < kHashBytes || name[name.size() - kHashBytes] != '_') return false;
  return name.substr(name.size() - kHashBytes + 1).find_first_not_of("0123456789abcdef") ==
         std::string_view::npos;
}

}  // namespace

std::string flat_name(std::string_view server, std::string_view tool, std::size_t bytes_max) {
  const std::size_t limit = std::max(bytes_max, kFlatNameBytesMin);
  std::string head = sanitised(server);
  std::string tail = sanitised(tool);
  const std::size_t whole = head.size() + kSeparator.size() + tail.size();
  if (head == server && tail == tool && is_clear(server, tool) && whole <= limit) {
    std::string plain = head + std::string(kSeparator) + tail;
    if (!ends_like_hash(plain)) return plain;
  }
  // The tool's part says most to a model, so the server's is the first to be cut, to a third.
  const std::size_t room = limit - kSeparator.size() - kHashBytes;
  if (head.size() + tail.size() > room) {
    head.resize(std::min(head.size(), std::max(room / 3, room - std::min(room, tail.size()))));
    tail.resize(std::min(tail.size(), room - head.size()));
  }
  return head + std::string(kSeparator) + tail + hash_suffix(server, tool);
}

}  // namespace protocol
