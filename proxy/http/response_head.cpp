#include "proxy/http/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <iterator>

namespace proxy::http {
namespace {

void append_number(std::string& out, std::size_t value, int base) {
  std::array<char, 24> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

void append_value(std::string& out, std::string_view value) {
  const std::size_t begin = out.size();
  out.append(value);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
}

bool is_token(std::string_view name) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name)) return;
  out.append(name).append(": ");
  append_value(out, value);
  out.append("\r\n");
}

}  // namespace

bool may_have_body(Status status) {
  return status != Status::no_content && status != Status::not_modified;
}

void append_head(std::string& out, const ResponseHead& head) {
  out.append("HTTP/1.1 ").append(to_string(head.status)).append("\r\n");
  if (!head.content_type.empty()) append_field(out, "Content-Type", head.content_type);
  if (head.framing == Framing::chunked) {
    out.append("Transfer-Encoding: chunked\r\n");
  } else if (head.framing == Framing::content_length && may_have_body(head.status)) {
    out.append("Content-Length: ");
    append_number(out, head.content_length, 10);
    out.append("\r\n");
  }
  for (const HeaderField& field : head.fields) append_field(out, field.name, field.value);
  out.append(head.date_line);
  if (head.close) {
    out.append("Connection: close\r\n");
  } else if (head.version_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

void append_chunk_size(std::string& out, std::size_t size) {
  append_number(out, size, 16);
  out.append("\r\n");
}

std::string_view DateLine::at(const base::Clock& clock) {
  if (!line_.empty() && clock.now() < valid_until_) return line_;
  constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto wall = clock.wall_now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(wall);
  valid_until_ = clock.now() + (seconds + std::chrono::seconds(1) - wall);
  const std::time_t time = seconds.count();
  std::tm utc{};
  gmtime_r(&time, &utc);
  line_.clear();
  fmt::format_to(std::back_inserter(line_), "Date: {}, {:02} {} {} {:02}:{:02}:{:02} GMT\r\n",
                 kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                 kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                 utc.tm_min, utc.tm_sec);
  return line_;
}

}  // namespace proxy::http
