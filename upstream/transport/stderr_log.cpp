#include "upstream/transport/stderr_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <ctime>

#include "upstream/transport/printable.h"

namespace upstream {
namespace {

// Of a chunk that is dropped, the end is still looked at, for the last lines.
constexpr std::size_t kTailScanBytes = 4096;

// As many whole characters as fit.
std::string_view cut(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace

StderrLog::StderrLog(LogDirectory& directory, const base::Clock& clock, std::string server,
                     base::SecretMask secrets)
    : directory_(directory),
      clock_(clock),
      server_(std::move(server)),
      secrets_(std::move(secrets)),
      refilled_at_(clock.now()) {}

StderrLog::~StderrLog() {
  if (file_ >= 0) close(file_);
}

void StderrLog::refill() {
  const auto passed = std::chrono::duration_cast<base::Milliseconds>(clock_.now() - refilled_at_);
  const auto gained = static_cast<std::uint64_t>(passed.count()) * kBytesPerSecond / 1000;
  if (gained == 0) return;
  refilled_at_ = clock_.now();
  budget_bytes_ = std::min(kBurstBytes, budget_bytes_ + gained);
}

void StderrLog::add(std::string_view bytes) {
  refill();
  if (bytes.size() > budget_bytes_ && bytes.size() > kTailScanBytes) {
    const std::size_t dropped = bytes.size() - kTailScanBytes;
    dropped_bytes_ += dropped;
    dropped_total_ += dropped;
    bytes.remove_prefix(dropped);
    partial_.clear();
    skips_line_ = true;  // half a line says little, and may be half a secret
  }
  if (skips_line_) {
    const std::size_t end = bytes.find('\n');
    skips_line_ = end == std::string_view::npos;
    bytes.remove_prefix(skips_line_ ? bytes.size() : end + 1);
  }
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    const bool is_whole = end != std::string_view::npos;
    if (is_whole && partial_.empty()) {
      take_line(part.substr(0, kLineBytesMax));
      continue;
    }
    partial_.append(part.substr(0, kLineBytesMax - std::min(kLineBytesMax, partial_.size())));
    if (is_whole) take_line(std::exchange(partial_, {}));
  }
  write_out();
}

void StderrLog::note(std::string_view line) {
  append_to_log(fmt::format("[mcptrunk] {}", line));
  write_out();
}

void StderrLog::end() {
  if (!partial_.empty()) take_line(std::exchange(partial_, {}));
  write_out();
}

void StderrLog::take_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string printable;
  append_printable(printable, line);
  secrets_.apply_line(printable, secret_rest_);
  if (printable.find_first_not_of(" \t") == std::string::npos) return;
  if (printable.size() <= budget_bytes_) {
    if (dropped_bytes_ > 0) {
      append_to_log(fmt::format("[mcptrunk] dropped {} bytes: more than {} a second",
                                std::exchange(dropped_bytes_, 0), kBytesPerSecond));
    }
    budget_bytes_ -= printable.size();
    append_to_log(printable);
  } else {
    dropped_bytes_ += line.size();
    dropped_total_ += line.size();
  }
  if (tail_.size() == Failure::kStderrLinesMax) tail_.pop_front();
  tail_.emplace_back(cut(printable, kTailLineBytesMax));
}

void StderrLog::append_to_log(std::string_view printable) {
  if (!directory_.enabled()) return;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(clock_.wall_now());
  fmt::format_to(std::back_inserter(pending_), "{:%Y-%m-%dT%H:%M:%SZ} {}\n", fmt::gmtime(seconds),
                 printable);
}

void StderrLog::write_out() {
  if (pending_.empty()) return;
  if (file_ >= 0 && file_bytes_ + pending_.size() > directory_.limits().file_bytes_max) {
    close(std::exchange(file_, -1));
    directory_.rotate(server_);
  }
  if (file_ < 0) file_ = directory_.open_for_append(server_, file_bytes_);
  if (file_ >= 0 && write(file_, pending_.data(), pending_.size()) > 0) {
    file_bytes_ += pending_.size();
  }
  std::string().swap(pending_);
}

}  // namespace upstream
