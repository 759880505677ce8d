#include "proxy/rest/reply.h"

#include <array>

#include "base/json.h"
#include "proxy/rest/http_status.h"
#include "proxy/rest/json_out.h"

namespace proxy::rest {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr http::HeaderField kNoStore{"Cache-Control", "no-store"};

}  // namespace

std::string error_body(const base::Error& error, std::string_view request_id) {
  std::string body;
  base::JsonWriter out(body);
  out.begin_object().field("success", false);
  out.key("error");
  write(out, error);
  out.field("request_id", request_id).end_object();
  return body;
}

Reply::Reply(http::Exchange&& exchange, std::string request_id, base::TurnQueue& turn)
    : exchange_(std::move(exchange)), request_id_(std::move(request_id)), turn_(turn) {
  exchange_.watch(this);
}

void Reply::data(std::string_view data, http::Status status, http::Exchange::Fields headers) {
  std::vector<http::HeaderField> all(headers.begin(), headers.end());
  all.push_back(kNoStore);
  const std::array<std::string_view, 5> parts{R"({"success":true,"data":)", data,
                                              R"(,"request_id":")", request_id_, "\"}"};
  exchange_.respond(status, kJson, parts, all);
  let_go_of_call();
}

void Reply::error(const base::Error& error) {
  this->error(error, status_of(error.code), {});
}

void Reply::error(const base::Error& error, http::Status status, http::Exchange::Fields headers) {
  std::vector<http::HeaderField> all(headers.begin(), headers.end());
  all.push_back(kNoStore);
  exchange_.respond(status, kJson, error_body(error, request_id_), all);
  let_go_of_call();
}

http::Exchange Reply::take() {
  exchange_.watch(nullptr);
  return std::move(exchange_);
}

void Reply::hold(std::unique_ptr<RunningCall> call) {
  if (exchange_.open()) call_ = std::move(call);
}

void Reply::on_peer_gone(http::Exchange&) {
  const ReplyPtr alive = shared_from_this();  // the call may hold the last other reference
  const auto call = std::move(call_);
}

void Reply::let_go_of_call() {
  if (call_ != nullptr) turn_.retire(std::move(call_));
}

}  // namespace proxy::rest
