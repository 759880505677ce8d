// The PATH a login shell would have: started from a desktop or by systemd the daemon's own lacks
// what users add in their profile (nvm, uv, Homebrew). One shell, once, with a limit. Resource.
//
// Threads: the loop thread; nothing blocks.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "upstream/transport/stdio_transport.h"

namespace upstream {

class LoginPath final : private TransportListener {
 public:
  static constexpr base::Milliseconds kLimit{3000};
  // Empty: the shell failed, said nothing or took too long.
  using Callback = std::function<void(std::string path)>;

  // `shell` is an absolute path; user_shell() as a rule. `host` outlives it.
  LoginPath(StdioHost& host, std::string shell, std::vector<std::string> environment);
  ~LoginPath() override;

  // Calls back once, later; never when destroyed before. REQUIRES: called once.
  void ask(Callback callback, base::Milliseconds limit = kLimit);

 private:
  void on_message(std::string_view bytes) override;
  void on_oversized(std::string_view) override {}
  void on_closed(const Failure& failure) override;
  void on_limit();
  void answer(std::string path);

  StdioHost& host_;
  Callback callback_;

  std::unique_ptr<StdioTransport> shell_;
  base::Timer<LoginPath, &LoginPath::on_limit> limit_{*this};
};

// $SHELL, else the account's shell, else /bin/sh.
std::string user_shell();

// The directories of `first`, then those of `second` that are not among them.
std::string merge_paths(std::string_view first, std::string_view second);

}  // namespace upstream
