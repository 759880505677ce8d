// The answer owed to one REST request: the envelope around data or an error, now or later.
// Resource.
//
// Ownership: shared by the handler and whatever it waits for; the last one gone without an answer
//            makes it a 500.
// Threads:   the loop thread.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/turn_queue.h"
#include "proxy/http/exchange.h"
#include "proxy/rest/admin_service.h"

namespace proxy::rest {

class Reply final : public http::ExchangeWatcher, public std::enable_shared_from_this<Reply> {
 public:
  Reply(http::Exchange&& exchange, std::string request_id, base::TurnQueue& turn);
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  // {"success":true,"data":...,"request_id":"..."} with 200; `data` is raw JSON.
  void data(std::string_view data) { this->data(data, http::Status::ok, {}); }
  void data(std::string_view data, http::Status status, http::Exchange::Fields headers);
  // {"success":false,"error":{...},"request_id":"..."} with the status of its code.
  void error(const base::Error& error);
  void error(const base::Error& error, http::Status status, http::Exchange::Fields headers);
  // Takes the exchange for an answer without envelope; this reply has answered then.
  http::Exchange take();

  // Cancels `call` when the peer goes before the answer.
  void hold(std::unique_ptr<RunningCall> call);

 private:
  void on_peer_gone(http::Exchange& exchange) override;
  // An answer may arrive inside the call that it ends, so that one is destroyed later.
  void let_go_of_call();

  http::Exchange exchange_;
  const std::string request_id_;
  base::TurnQueue& turn_;
  std::unique_ptr<RunningCall> call_;
};
using ReplyPtr = std::shared_ptr<Reply>;

// The body of an error, as Reply writes it.
std::string error_body(const base::Error& error, std::string_view request_id);

}  // namespace proxy::rest
