#include "net/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace net {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  return !text.empty() && error == std::errc() && stop == end;
}

// "Sun, 06 Nov 1994 08:49:37 GMT": the one form that senders may use.
std::optional<std::chrono::sys_seconds> read_date(std::string_view text) {
  constexpr std::string_view kForm = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != kForm.size() || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  unsigned day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const bool readable =
      read_number(text.substr(5, 2), day) && read_number(text.substr(12, 4), year) &&
      read_number(text.substr(17, 2), hour) && read_number(text.substr(20, 2), minute) &&
      read_number(text.substr(23, 2), second) && month != kMonths.end();
  if (!readable) return std::nullopt;
  const std::chrono::year_month_day date{
      std::chrono::year(year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace

std::optional<base::Duration> parse_retry_after(std::string_view text, base::WallTime now) {
  constexpr std::uint32_t kSecondsMax =
      std::chrono::duration_cast<std::chrono::seconds>(kRetryAfterMax).count();
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  if (digits) {
    std::uint32_t seconds = 0;
    if (!read_number(text, seconds)) return kRetryAfterMax;  // too many digits
    return std::chrono::seconds(std::min(seconds, kSecondsMax));
  }
  const auto date = read_date(text);
  if (!date) return std::nullopt;
  const auto wait = std::chrono::duration_cast<base::Duration>(base::WallTime(*date) - now);
  return std::clamp(wait, base::Duration::zero(), kRetryAfterMax);
}

}  // namespace net
