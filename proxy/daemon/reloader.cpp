#include "proxy/daemon/reloader.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "proxy/config/diff.h"

namespace proxy::daemon {
namespace {

constexpr std::string_view kLog = "config";

// "3 servers added, 1 group changed"; empty for nothing.
void add_count(std::string& text, std::size_t count, std::string_view what) {
  if (count == 0) return;
  text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, what);
}

std::string summary_of(const config::ConfigDiff& difference) {
  std::string text;
  add_count(text, difference.servers_added.size(), "servers added");
  add_count(text, difference.servers_removed.size(), "removed");
  add_count(text, difference.servers_changed.size(), "changed");
  add_count(text,
            difference.groups_added.size() + difference.groups_removed.size() +
                difference.groups_changed.size(),
            "groups changed");
  add_count(text, difference.settings_changed.size(), "settings changed");
  return text.empty() ? "nothing of effect changed" : text;
}

}  // namespace

Reloader::Reloader(const ReloaderParts& parts, std::string path, std::function<void()> check_again)
    : parts_(parts),
      path_(std::move(path)),
      check_again_(std::move(check_again)),
      watch_(std::make_unique<config::FileWatch>(parts.files, parts.watcher, parts.runtime, path_,
                                                 [this] { on_changed(); })) {}

void Reloader::reload() {
  read(/*asked=*/true);
}

void Reloader::stop() {
  retry_.cancel();
  watch_.reset();
}

std::string Reloader::rejected() const {
  // A change by a command has made the file good since.
  if (!rejection_ || rejection_->running != parts_.intent.hash()) return {};
  return rejection_->why;
}

void Reloader::on_changed() {
  read(std::exchange(asked_while_busy_, false));
}

void Reloader::read(bool asked) {
  // A write of ours stands in the file before it is acknowledged, and may yet be taken back.
  if (!parts_.intent.idle()) {
    asked_while_busy_ = asked_while_busy_ || asked;
    if (watch_ != nullptr) parts_.runtime.start(retry_, kWriteRetry);
    return;
  }
  const Intent::ConfigPtr before = parts_.intent.config();
  const Intent::Reload reload = parts_.intent.reload();
  switch (reload.outcome) {
    case Intent::Reload::Outcome::refused:
      reject(reload, asked);
      return;
    case Intent::Reload::Outcome::same_text:
      if (asked) check_again_();
      break;
    case Intent::Reload::Outcome::taken:
      announce(before);
      break;
  }
  if (rejection_) base::log::info(kLog, "{} can be used again", path_);
  rejection_.reset();
}

void Reloader::reject(const Intent::Reload& reload, bool asked) {
  const bool told = !asked && rejection_ && rejection_->text == reload.text;
  const std::string& message = reload.error.message;
  rejection_ = {message, reload.text, parts_.intent.hash()};
  if (told) return;
  const auto errors = static_cast<std::uint32_t>(std::ranges::count(message, '\n')) + 1;
  base::log::error(kLog, "{} is not used, the running configuration stays: {}", path_,
                   base::one_line(reload.error));
  parts_.bus.publish(events::ConfigRejected{message.substr(0, message.find('\n')), errors});
}

void Reloader::announce(const Intent::ConfigPtr& before) {
  const config::ConfigDiff difference = config::diff(*before, *parts_.intent.config());
  base::log::info(kLog, "{} is read again: {}", path_, summary_of(difference));
  parts_.bus.publish(
      events::ConfigReloaded{static_cast<std::uint32_t>(difference.servers_added.size()),
                             static_cast<std::uint32_t>(difference.servers_changed.size()),
                             static_cast<std::uint32_t>(difference.servers_removed.size())});
}

}  // namespace proxy::daemon
