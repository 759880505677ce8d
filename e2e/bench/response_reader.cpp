#include "e2e/bench/response_reader.h"

#include <charconv>

namespace bench {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool starts_with_name(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || line[name.size()] != ':') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (lower(line[i]) != name[i]) return false;
  }
  return true;
}

bool parse_size(std::string_view text, int base, std::size_t& size) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size, base);
  return error == std::errc() && end != text.data();
}

Reading read_chunks(std::string_view bytes, Response& response) {
  response.unchunked.clear();
  std::size_t at = 0;
  while (true) {
    const std::size_t line = bytes.find(kLineEnd, at);
    if (line == std::string_view::npos) return Reading::incomplete;
    std::size_t size = 0;
    if (!parse_size(bytes.substr(at, line - at), 16, size)) return Reading::broken;
    at = line + kLineEnd.size();
    if (bytes.size() < at + size + kLineEnd.size()) return Reading::incomplete;
    response.unchunked.append(bytes.substr(at, size));
    at += size;
    if (bytes.substr(at, kLineEnd.size()) != kLineEnd) return Reading::broken;
    at += kLineEnd.size();
    if (size == 0) break;
  }
  response.body = response.unchunked;
  response.bytes += at;
  return Reading::complete;
}

}  // namespace

std::string_view header_value(std::string_view head, std::string_view name) {
  for (std::size_t at = head.find('\n'); at != std::string_view::npos; at = head.find('\n', at)) {
    ++at;
    const std::string_view line = head.substr(at, head.find('\r', at) - at);
    if (!starts_with_name(line, name)) continue;
    const std::size_t begin = line.find_first_not_of(" \t", name.size() + 1);
    return begin == std::string_view::npos ? std::string_view() : line.substr(begin);
  }
  return {};
}

Reading read_response(std::string_view bytes, Response& response) {
  constexpr std::string_view kStart = "HTTP/1.1 ";
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return Reading::incomplete;
  response.head = bytes.substr(0, end + 2);
  response.bytes = end + 4;
  std::size_t status = 0;
  if (!bytes.starts_with(kStart) || !parse_size(bytes.substr(kStart.size(), 3), 10, status)) {
    return Reading::broken;
  }
  response.status = static_cast<unsigned>(status);
  const std::string_view rest = bytes.substr(response.bytes);
  std::size_t length = 0;
  const std::string_view announced = header_value(response.head, "content-length");
  if (announced.empty()) {
    if (header_value(response.head, "transfer-encoding") == "chunked") {
      return read_chunks(rest, response);
    }
  } else if (!parse_size(announced, 10, length)) {
    return Reading::broken;
  }
  if (rest.size() < length) return Reading::incomplete;
  response.body = rest.substr(0, length);
  response.bytes += length;
  return Reading::complete;
}

}  // namespace bench
