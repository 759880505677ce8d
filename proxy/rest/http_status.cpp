#include "proxy/rest/http_status.h"

namespace proxy::rest {

http::Status status_of(base::ErrorCode code) {
  using base::ErrorCode;
  using http::Status;
  switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::invalid_json:
    case ErrorCode::invalid_message:
      return Status::bad_request;
    case ErrorCode::unauthorized:
      return Status::unauthorized;
    case ErrorCode::forbidden:
      return Status::forbidden;
    case ErrorCode::not_found:
      return Status::not_found;
    case ErrorCode::already_exists:
    case ErrorCode::conflict:
    case ErrorCode::cancelled:
    case ErrorCode::config_read_only:
    case ErrorCode::server_disabled:
    case ErrorCode::server_quarantined:
    case ErrorCode::server_unconfigured:
    case ErrorCode::server_auto_disabled:
    case ErrorCode::auth_required:
      return Status::conflict;
    case ErrorCode::config_changed:
      return Status::precondition_failed;
    case ErrorCode::too_large:
      return Status::content_too_large;
    case ErrorCode::too_many:
    case ErrorCode::quota_exceeded:
      return Status::too_many_requests;
    case ErrorCode::config_invalid:
      return Status::unprocessable_content;
    case ErrorCode::unsupported:
      return Status::not_implemented;
    case ErrorCode::overloaded:
    case ErrorCode::store_unavailable:
    case ErrorCode::store_in_use:
    case ErrorCode::store_damaged:
    case ErrorCode::store_too_new:
    case ErrorCode::server_starting:
    case ErrorCode::daemon_unreachable:
      return Status::service_unavailable;
    case ErrorCode::deadline_exceeded:
    case ErrorCode::connect_timeout:
      return Status::gateway_timeout;
    case ErrorCode::spawn_failed:
    case ErrorCode::exited:
    case ErrorCode::network:
    case ErrorCode::http_status:
    case ErrorCode::protocol_error:
    case ErrorCode::connection_lost:
      return Status::bad_gateway;
    case ErrorCode::io_error:
    case ErrorCode::address_in_use:
    case ErrorCode::internal:
      return Status::internal_server_error;
  }
  return Status::internal_server_error;
}

}  // namespace proxy::rest
