#include "proxy/downstream/rpc_errors.h"

namespace proxy::downstream {

protocol::RpcError rpc_error(const base::Error& error) {
  return {protocol::kInternalError, base::one_line(error),
          fmt::format(R"({{"code":"{}"}})", base::to_string(error.code))};
}

protocol::RpcError invalid_params(std::string_view message) {
  return {protocol::kInvalidParams, std::string(message), {}};
}

protocol::RpcError invalid_params(const base::Error& error) {
  return invalid_params(base::one_line(error));
}

protocol::RpcError resource_not_found(const base::Error& error, protocol::Revision revision,
                                      std::string_view uri) {
  const bool legacy = era_of(revision) == protocol::Era::legacy;
  std::string data = R"({"uri":)";
  protocol::append_json_string(data, uri);
  return {legacy ? protocol::kResourceNotFound : protocol::kInvalidParams, base::one_line(error),
          data + "}"};
}

}  // namespace proxy::downstream
