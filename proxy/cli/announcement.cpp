#include "proxy/cli/announcement.h"

#include <fmt/format.h>

#include "base/json.h"
#include "proxy/security/data_files.h"
#include "storage/store_lock.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kSmallFileBytesMax = 64 * 1024;

}  // namespace

base::Result<Announcement> read_announcement(base::FileSystem& files, const std::string& data_dir) {
  const std::string path = security::path_in(data_dir, security::kDaemonFile);
  const auto text = files.read_file(path, kSmallFileBytesMax);
  if (!text) return text.error();
  const auto record = base::parse_document(*text);
  const auto url = record ? base::json_string(*record, "url") : std::nullopt;
  if (!url) {
    return base::Error{base::ErrorCode::daemon_unreachable, fmt::format("{} is not readable", path),
                       "restart the daemon, or name it with --url"};
  }
  Announcement announcement;
  announcement.url = *url;
  announcement.config_path = base::json_string(*record, "config_path").value_or("");
  announcement.key_is_configured = base::json_bool(*record, "api_key_configured");
  return announcement;
}

bool is_running(base::FileSystem& files, const std::string& data_dir) {
  const auto held = files.is_locked(security::path_in(data_dir, storage::StoreLock::kFile));
  return held && *held;
}

}  // namespace proxy::cli
