// Long results of the meta tools: shortened for the agent, kept in the store, read on by
// read_cache. Resource.
//
// Ownership: the daemon's; the store outlives it, and what `offload` was given.
// Threads:   the loop thread; results over kInlineBytesMax are shortened and cut on a worker.
// Limits:    a result is kept for kLifetime, as far as the store's quota for results goes.
// Cost:      none for a result whose bytes are under the limit: it is not looked at.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "proxy/tools/meta_arguments.h"
#include "storage/store.h"

namespace proxy::tools {

class ResultCache {
 public:
  static constexpr std::chrono::hours kLifetime{1};
  static constexpr std::size_t kInlineBytesMax = 256 * 1024;
  // What read_cache gives at a time where tool_response_limit is off.
  static constexpr std::uint64_t kReadDefault = 20'000;

  // Runs `work` beside the loop and `then` on it.
  using Offload = std::function<void(std::function<void()> work, std::function<void()> then)>;
  // Gets the result to answer with; the view is valid inside the call.
  using Answer = std::function<void(std::string_view result)>;

  // Whose result it is. Only that caller may read it.
  struct Origin {
    std::string caller;
    std::string server;
    std::string tool;
  };

  ResultCache(storage::Store& store, const base::Clock& clock, Offload offload)
      : store_(store), clock_(clock), offload_(std::move(offload)) {}
  ResultCache(const ResultCache&) = delete;
  ResultCache& operator=(const ResultCache&) = delete;

  // tool_response_limit, in characters; 0: off.
  void set_limit(std::uint64_t limit) { limit_ = limit; }

  // Whether a result of that many bytes may be too long.
  bool concerns(std::size_t bytes) const { return limit_ != 0 && bytes > limit_; }
  // Answers with the result, shortened when it is too long; inside the call or later.
  // REQUIRES: concerns(result.size()); `result` is valid raw JSON.
  void fit(Origin origin, std::string_view result, Answer answer);

  // Gives what read_cache answers, a whole tool result; inside the call or later. Errors:
  // not_found, and the store's.
  using ReadAnswer = std::function<void(base::Result<std::string> result)>;
  void read(std::string_view caller, const ReadArguments& arguments, ReadAnswer answer);

 private:
  void keep(const Origin& origin, std::string key, std::string text);

  storage::Store& store_;
  const base::Clock& clock_;
  const Offload offload_;
  std::uint64_t limit_ = 0;
};

}  // namespace proxy::tools
