#include "proxy/cli/rest_client.h"

#include <fmt/format.h>
#include <httplib.h>

#include "base/json.h"
#include "protocol/members.h"
#include "proxy/cli/daemon_connection.h"

namespace proxy::cli {

struct RestClient::Connection {
  std::unique_ptr<httplib::ClientImpl> client;  // never null
};

namespace {

base::Error error_in(std::string_view body, int status) {
  base::Error error{
      base::ErrorCode::internal, fmt::format("the daemon answered HTTP {}", status), {}};
  const auto document = base::parse_document(body);
  const auto* fields = document ? base::json_object(*document, "error") : nullptr;
  if (fields == nullptr) return error;
  const auto code = base::error_code_from(base::json_string(*fields, "code").value_or(""));
  error.code = code.value_or(base::ErrorCode::internal);
  if (const auto message = base::json_string(*fields, "message")) error.message = *message;
  error.remedy = base::json_string(*fields, "remedy").value_or("");
  if (error.code == base::ErrorCode::unauthorized) {
    error.remedy =
        "give the key of that daemon with --api-key or MCPTRUNK_API_KEY; the one of your own files "
        "goes only to a daemon that runs as your user on this machine; without --url no key is "
        "needed";
  }
  return error;
}

// The daemon's HTTP server answers what never reaches REST with one plain sentence.
std::optional<base::Error> refused_by_server(std::string_view body, int status) {
  constexpr std::size_t kSentenceBytesMax = 200;
  base::ErrorCode code;
  switch (status) {
    case 413:
    case 414:
    case 431:
      code = base::ErrorCode::too_large;
      break;
    case 503:
      code = base::ErrorCode::overloaded;
      break;
    default:
      return std::nullopt;
  }
  while (body.ends_with('\n')) body.remove_suffix(1);
  const bool sentence = body.size() <= kSentenceBytesMax && body.ends_with('.') &&
                        std::ranges::all_of(body, [](char c) { return c >= ' ' && c < 0x7f; });
  if (!sentence) return std::nullopt;
  return base::Error{code, fmt::format("the daemon refused the request: {}", body), {}};
}

}  // namespace

base::Result<std::string> open_envelope(std::string_view body, int status) {
  bool success = false;
  std::string_view data;
  std::string_view problem;
  const auto fault = protocol::for_each_member(body, [&](const protocol::JsonMember& member) {
    if (member.key_is("success")) success = member.value == "true";
    if (member.key_is("data")) data = member.value;
    if (member.key_is("error")) problem = member.value;
    return true;
  });
  if (!protocol::ok(fault) || (data.empty() && problem.empty())) {
    if (auto refused = refused_by_server(body, status)) return *std::move(refused);
    return base::Error{base::ErrorCode::protocol_error,
                       fmt::format("something that is not mcptrunk answered (HTTP {})", status),
                       "check --url and which program listens there"};
  }
  if (!success) return error_in(body, status);
  return std::string(data);
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= 'a' && byte <= 'z') || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", byte);
    }
  }
  return encoded;
}

RestClient::RestClient(DaemonAddress address)
    : address_(std::move(address)),
      connection_(std::make_unique<Connection>(Connection{connection_to(address_)})) {}

RestClient::~RestClient() = default;

base::Error RestClient::failure(int http_error, std::string_view path,
                                std::chrono::milliseconds timeout) const {
  const auto error = static_cast<httplib::Error>(http_error);
  if (error == httplib::Error::Read) {
    return {base::ErrorCode::deadline_exceeded,
            fmt::format("the daemon at {} did not answer within {} s", address_.text(),
                        timeout.count() / 1000),
            path == "status" ? "its log tells what it does: logs/main.log in its data directory"
                             : "see what it does: mcptrunk status"};
  }
  return {base::ErrorCode::daemon_unreachable,
          fmt::format("the daemon at {} is not reachable ({})", address_.text(),
                      httplib::to_string(error)),
          "start it with `mcptrunk serve`, or name another one with --url"};
}

base::Result<std::string> RestClient::exchange(const char* method, std::string_view path,
                                               std::string_view json,
                                               std::chrono::milliseconds timeout) {
  std::string body;
  bool too_large = false;
  httplib::Request request;
  request.method = method;
  request.path = fmt::format("/api/v1/{}", path);
  if (request.method != "GET") {
    request.body = json;
    request.set_header("Content-Type", "application/json");
  }
  request.content_receiver = [&](const char* bytes, std::size_t size, std::uint64_t,
                                 std::uint64_t) {
    too_large = body.size() + size > kAnswerBytesMax;
    if (!too_large) body.append(bytes, size);
    return !too_large;
  };
  connection_->client->set_read_timeout(timeout);
  const auto answer = connection_->client->send(request);
  if (too_large) {
    return base::Error{base::ErrorCode::too_large, "the daemon's answer is too large",
                       "ask for less"};
  }
  if (!answer) return failure(static_cast<int>(answer.error()), path, timeout);
  return open_envelope(body, answer->status);
}

base::Result<std::string> RestClient::get(std::string_view path,
                                          std::chrono::milliseconds timeout) {
  return exchange("GET", path, {}, timeout);
}

base::Result<std::string> RestClient::post(std::string_view path, std::string_view json,
                                           std::chrono::milliseconds timeout) {
  return exchange("POST", path, json, timeout);
}

base::Result<std::string> RestClient::patch(std::string_view path, std::string_view json) {
  return exchange("PATCH", path, json, kTimeout);
}

base::Result<std::string> RestClient::remove(std::string_view path) {
  return exchange("DELETE", path, "{}", kTimeout);
}

base::Result<void> RestClient::stream(std::string_view target,
                                      const std::function<bool(std::string_view)>& on_bytes) {
  constexpr std::chrono::seconds kSilenceMax{60};  // the daemon sends a sign of life every 15 s
  constexpr std::size_t kRefusalBytesMax = 64 * 1024;
  connection_->client->set_read_timeout(kSilenceMax);
  bool wanted = true;
  std::string refusal;
  int status = 0;
  const auto answer = connection_->client->Get(
      std::string(target), httplib::Headers{{"Accept", "text/event-stream"}},
      [&](const httplib::Response& head) {
        status = head.status;
        return true;
      },
      [&](const char* bytes, std::size_t size) {
        if (status == 200) return wanted = on_bytes({bytes, size});
        refusal.append(bytes, size);
        return refusal.size() < kRefusalBytesMax;
      });
  if (status != 0 && status != 200) {
    const auto opened = open_envelope(refusal, status);
    if (!opened) return opened.error();
    return base::Error{base::ErrorCode::protocol_error, "there is no event stream", {}};
  }
  if (!answer && wanted) return failure(static_cast<int>(answer.error()), target, kSilenceMax);
  return base::kDone;
}

}  // namespace proxy::cli
