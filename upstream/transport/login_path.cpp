#include "upstream/transport/login_path.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

namespace upstream {
namespace {
// Profiles print greetings; the answer is the line that starts with this.
constexpr std::string_view kMark = "mcptrunk-path=";
}  // namespace

LoginPath::LoginPath(StdioHost& host, std::string shell, std::vector<std::string> environment)
    : host_(host) {
  ChildSpec spec;
  spec.server = "@login-shell";
  spec.command = std::move(shell);
  spec.args = {"-l", "-c", "echo; echo " + std::string(kMark) + "\"$PATH\""};
  spec.environment = std::move(environment);
  shell_ = std::make_unique<StdioTransport>(host, std::move(spec));
}

LoginPath::~LoginPath() = default;

void LoginPath::ask(Callback callback, base::Milliseconds limit) {
  callback_ = std::move(callback);
  host_.loop().runtime().start(limit_, limit);
  shell_->start(*this);
}

void LoginPath::on_message(std::string_view bytes) {
  if (!bytes.starts_with(kMark)) return;
  answer(std::string(bytes.substr(kMark.size())));
}

void LoginPath::on_closed(const Failure&) {
  answer({});
}

void LoginPath::on_limit() {
  answer({});
}

// Destroys the shell, whatever it is still doing.
void LoginPath::answer(std::string path) {
  limit_.cancel();
  shell_.reset();
  const Callback callback = std::move(callback_);
  callback(std::move(path));
}

std::string user_shell() {
  if (const char* shell = std::getenv("SHELL"); shell != nullptr && *shell == '/') return shell;
  const passwd* account = getpwuid(getuid());
  const bool has_shell = account != nullptr && account->pw_shell != nullptr;
  return has_shell && *account->pw_shell == '/' ? account->pw_shell : "/bin/sh";
}

std::string merge_paths(std::string_view first, std::string_view second) {
  std::string merged;
  std::set<std::string_view> seen;
  for (std::string_view path : {first, second}) {
    while (!path.empty()) {
      const std::string_view directory = path.substr(0, path.find(':'));
      path.remove_prefix(std::min(path.size(), directory.size() + 1));
      if (directory.empty() || !seen.insert(directory).second) continue;
      if (!merged.empty()) merged += ':';
      merged += directory;
    }
  }
  return merged;
}

}  // namespace upstream
