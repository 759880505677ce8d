// The part of StdioBridge that speaks with the daemon: opens sessions, posts, listens, and finds
// the daemon again when it was restarted.
#include <algorithm>

#include "protocol/handshake.h"
#include "protocol/jsonrpc.h"
#include "protocol/messages.h"
#include "protocol/splice.h"
#include "proxy/cli/stdio_bridge.h"

namespace proxy::cli {
namespace {

constexpr int kAttemptsMax = 4;
constexpr int kHttpNotFound = 404;
constexpr std::chrono::milliseconds kRetryFirst{200};
constexpr std::chrono::milliseconds kRetryMax{5000};
constexpr std::string_view kInitialized =
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
constexpr std::string_view kToolsListChanged =
    R"({"jsonrpc":"2.0","method":"notifications/tools/list_changed"})";

bool is_unknown_session(const Posted& posted) {
  if (posted.fate != PostFate::refused || posted.status != kHttpNotFound) return false;
  const protocol::Scanned scanned = protocol::scan(posted.body);
  return scanned && scanned->kind == protocol::MessageKind::error_response &&
         protocol::read_error(*scanned).code == protocol::kSessionNotFound;
}

}  // namespace

Posted StdioBridge::waited_for(McpLink& link, const std::function<Posted()>& wait) {
  {
    const std::lock_guard lock(mutex_);
    in_use_.push_back(&link);
  }
  Posted posted = wait();
  const std::lock_guard lock(mutex_);
  std::erase(in_use_, &link);
  return posted;
}

void StdioBridge::answer_error(const Job& job, int code, const std::string& message) {
  if (job.id.empty()) return;
  std::string response;
  protocol::append_error_response(response, job.id, {code, message, {}});
  write(response);
}

// The daemon's own words, under the request's id.
void StdioBridge::answer_refusal(const Job& job, const Posted& posted) {
  if (job.id.empty()) return;
  const protocol::Scanned scanned = protocol::scan(posted.body);
  if (scanned && scanned->kind == protocol::MessageKind::error_response) {
    const protocol::RpcError error = protocol::read_error(*scanned);
    answer_error(job, error.code, error.message);
    return;
  }
  answer_error(job, protocol::kInternalError,
               fmt::format("mcptrunk answered HTTP {}{}", posted.status,
                           posted.status == 401 ? ": it needs its API key (--api-key)" : ""));
}

bool StdioBridge::open_link(std::unique_ptr<McpLink>& link, const Job& job) {
  if (link != nullptr) return true;
  const auto address = access_.ensure();
  if (!address) {
    complain(address.error());
    answer_error(job, protocol::kInternalError, base::one_line(address.error()));
    return false;
  }
  link = std::make_unique<McpLink>(*address, path_);
  return true;
}

void StdioBridge::deliver(std::unique_ptr<McpLink>& link, const Job& job) {
  std::string problem;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (!open_link(link, job)) return;
    const McpSession used = session();
    const Posted posted = waited_for(*link, [&] {
      return link->post(job.text, used, [this](std::string_view message) { write(message); });
    });
    switch (posted.fate) {
      case PostFate::answered:
        return;
      case PostFate::refused:
        if (!is_unknown_session(posted) || used.id.empty() || !renew(*link, used)) {
          answer_refusal(job, posted);
          return;
        }
        continue;
      case PostFate::lost:
        if (!job.repeatable) {
          answer_error(job, protocol::kInternalError,
                       "mcptrunk went away while the call was under way; whether it was done is "
                       "not known, and it was not repeated");
          link.reset();
          return;
        }
        break;
      case PostFate::not_sent:
        break;
    }
    problem = posted.problem;
    link.reset();  // the next attempt asks where the daemon is now
  }
  answer_error(job, protocol::kInternalError,
               fmt::format("mcptrunk is not reachable ({}). See: mcptrunk status", problem));
}

void StdioBridge::take_initialize_answer(std::string_view message, McpSession& opened) {
  const protocol::Scanned scanned = protocol::scan(message);
  if (!scanned || scanned->kind != protocol::MessageKind::response) return;
  const auto result = protocol::read_initialize_result(scanned->result);
  if (!result) return;
  opened.version = result->protocol_version;
  const std::lock_guard lock(mutex_);
  lists_change_ = result->abilities.tools_list_changed;
}

// On the reading thread: nothing else may leave before the session is open.
void StdioBridge::initialize(const Job& job) {
  {
    const std::lock_guard lock(mutex_);
    session_ = {};
    initialize_text_ = job.text;
  }
  std::unique_ptr<McpLink> link;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    if (!open_link(link, job)) return;
    McpSession opened;
    std::string answer;
    const Posted posted =
        link->post(job.text, {}, [&](std::string_view message) { answer = message; });
    if (posted.fate == PostFate::refused) {
      answer_refusal(job, posted);
      return;
    }
    if (posted.fate == PostFate::answered) {
      opened.id = posted.session_id;
      take_initialize_answer(answer, opened);
      {
        const std::lock_guard lock(mutex_);
        session_ = opened;
      }
      write(answer);
      changed_.notify_all();
      return;
    }
    link.reset();
  }
  answer_error(job, protocol::kInternalError, "mcptrunk is not reachable. See: mcptrunk status");
}

bool StdioBridge::renew(McpLink& link, const McpSession& lost) {
  const std::lock_guard renewing(renewing_);
  std::string text;
  {
    const std::lock_guard lock(mutex_);
    if (!(session_ == lost)) return true;  // another thread was faster
    text = initialize_text_;
  }
  if (text.empty()) return false;
  McpSession opened;
  const Posted posted = link.post(
      text, {}, [&](std::string_view message) { take_initialize_answer(message, opened); });
  if (posted.fate != PostFate::answered || posted.session_id.empty()) return false;
  opened.id = posted.session_id;
  (void)link.post(kInitialized, opened, [](std::string_view) {});
  {
    const std::lock_guard lock(mutex_);
    session_ = opened;
  }
  changed_.notify_all();
  announce_possible_changes();
  return true;
}

// What was announced while nobody listened is lost: the client should look again.
void StdioBridge::announce_possible_changes() {
  {
    const std::lock_guard lock(mutex_);
    if (!lists_change_) return;
  }
  write(kToolsListChanged);
}

// Only listens: a daemon that was stopped on purpose is started by the next message, not by this.
void StdioBridge::listen_loop() {
  std::chrono::milliseconds wait = kRetryFirst;
  bool was_open_before = false;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !session_.id.empty(); });
    if (stopping_) return;
    const McpSession used = session_;
    lock.unlock();
    const auto address = access_.find();
    if (address) {
      McpLink link(*address, path_);
      bool opened = false;
      (void)waited_for(link, [&] {
        return link.listen(
            used,
            [&] {
              opened = true;
              if (std::exchange(was_open_before, true)) announce_possible_changes();
            },
            [this](std::string_view message) { write(message); });
      });
      wait = opened ? kRetryFirst : std::min(wait * 2, kRetryMax);
    }
    lock.lock();
    changed_.wait_for(lock, wait, [&] { return stopping_ || !(session_ == used); });
  }
}

}  // namespace proxy::cli
