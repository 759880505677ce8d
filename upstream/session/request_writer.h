// Turns a CallSpec into the bytes of one request, in a buffer that is used again and again.
// Resource. Threads: the loop thread only. Cost: no allocation once the buffer has grown, but for a
// name that is replaced inside another's params.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "upstream/session/call.h"

namespace upstream {

class RequestWriter {
 public:
  // The message, valid until the next call of this writer. The token is the id: what progress comes
  // for it belongs to the request.
  // Errors: invalid_message when `params` of a spec without `request` is no JSON object.
  base::Result<std::string_view> write(std::uint64_t id, const CallSpec& spec);
  // The message was taken: what large arguments took of memory does not stay.
  void release_if_large();

 private:
  base::Result<std::string_view> write_params(std::uint64_t id, const CallSpec& spec);
  void write_forwarded(std::uint64_t id, const CallSpec& spec);
  void write_named(std::uint64_t id, const CallSpec& spec);

  std::string out_;
  std::string params_;
};

// The method and name of the request a spec stands for.
std::string_view method_of(const CallSpec& spec);
std::string_view name_of(const CallSpec& spec);

// How many bytes of it go to the server, about; what one that waits takes.
std::size_t bytes_of(const CallSpec& spec);

// A CallSpec that owns its bytes, for a call that has to wait. Value; moves.
class StoredCall {
 public:
  // REQUIRES: `spec` is what RequestWriter::write() takes.
  explicit StoredCall(const CallSpec& spec);

  // Calls `use(const CallSpec&)` with a spec whose views live during that call.
  template <class Use>
  decltype(auto) with_spec(Use use) const {
    CallSpec spec = plain_;
    spec.method = method_;
    spec.params = params_;
    spec.progress_token = token_;
    return use(spec);
  }
  const CallSpec& plain() const { return plain_; }
  std::size_t bytes() const { return method_.size() + params_.size() + token_.size(); }

 private:
  CallSpec plain_;  // without any view
  std::string method_;
  std::string params_;
  std::string token_;
};

}  // namespace upstream
