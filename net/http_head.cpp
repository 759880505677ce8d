#include "net/http_head.h"

#include <charconv>

namespace net {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// "HTTP/1.1 200 OK"
int status_of(std::string_view status_line) {
  const std::size_t blank = status_line.find(' ');
  if (blank == std::string_view::npos) return 0;
  int status = 0;
  std::from_chars(status_line.data() + blank + 1, status_line.data() + status_line.size(), status);
  return status;
}

}  // namespace

std::string_view Head::get(std::string_view name) const {
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && same_name(line.substr(0, colon), name)) {
      return trimmed(line.substr(colon + 1));
    }
  }
  return {};
}

bool HeadReader::take_line(std::string_view line) {
  bytes_ += line.size();
  if (bytes_ > kBytesMax) return false;
  if (complete_) return true;
  if (!in_block_) {
    head_.status = status_of(line);
    head_.lines.clear();
    in_block_ = true;
  } else if (trimmed(line).empty()) {
    end_block();
  } else {
    head_.lines += line;
  }
  return true;
}

// An informational answer is followed by another.
void HeadReader::end_block() {
  in_block_ = false;
  complete_ = head_.status >= 200;
  chunked_ = complete_ && head_.get("Transfer-Encoding").find("chunked") != std::string_view::npos;
}

}  // namespace net
