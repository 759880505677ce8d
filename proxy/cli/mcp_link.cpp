#include "proxy/cli/mcp_link.h"

#include <httplib.h>

#include "protocol/sse.h"
#include "proxy/cli/daemon_connection.h"

namespace proxy::cli {
namespace {

constexpr std::chrono::seconds kProbeTime{5};
constexpr std::chrono::seconds kEndTime{2};
constexpr std::chrono::seconds kSilenceMax{60};  // of an event stream; the daemon sends comments
constexpr std::string_view kEventStream = "text/event-stream";

void put_session(httplib::Request& request, const McpSession& session) {
  if (!session.id.empty()) request.set_header("Mcp-Session-Id", session.id);
  if (!session.version.empty()) request.set_header("MCP-Protocol-Version", session.version);
}

// Takes an answer apart while it arrives.
class AnswerReader {
 public:
  explicit AnswerReader(
      const McpLink::OnMessage& on_message, std::function<void()> on_open = [] {})
      : on_message_(on_message), on_open_(std::move(on_open)) {}

  void attach(httplib::Request& request) {
    request.response_handler = [this](const httplib::Response& head) {
      status_ = head.status;
      session_id_ = head.get_header_value("Mcp-Session-Id");
      streamed_ = std::string_view(head.get_header_value("Content-Type")).starts_with(kEventStream);
      if (streamed_) on_open_();
      return true;
    };
    request.content_receiver = [this](const char* bytes, std::size_t size, std::uint64_t,
                                      std::uint64_t) {
      return take({bytes, size});
    };
  }

  Posted outcome(const httplib::Result& result) {
    Posted posted;
    posted.status = status_;
    posted.session_id = session_id_;
    if (!result) {
      const auto error = result.error();
      const bool sent =
          error != httplib::Error::Connection && error != httplib::Error::BindIPAddress;
      posted.fate = sent ? PostFate::lost : PostFate::not_sent;
      posted.problem = too_large_ ? "the answer is too large" : httplib::to_string(error);
    } else if (status_ >= 400) {
      posted.fate = PostFate::refused;
      posted.body = std::move(body_);
    } else {
      posted.fate = PostFate::answered;
      if (!streamed_ && !body_.empty()) on_message_(body_);
    }
    return posted;
  }

 private:
  bool take(std::string_view bytes) {
    if (!streamed_) {
      too_large_ = body_.size() + bytes.size() > McpLink::kAnswerBytesMax;
      if (!too_large_) body_.append(bytes);
      return !too_large_;
    }
    std::vector<protocol::SseEvent> events;
    too_large_ = !decoder_.feed(bytes, events);
    for (const protocol::SseEvent& event : events) on_message_(event.data);
    return !too_large_;
  }

  const McpLink::OnMessage& on_message_;
  const std::function<void()> on_open_;
  protocol::SseDecoder decoder_{McpLink::kAnswerBytesMax};
  std::string body_;
  std::string session_id_;
  int status_ = 0;
  bool streamed_ = false;
  bool too_large_ = false;
};

}  // namespace

struct McpLink::Connection {
  std::unique_ptr<httplib::ClientImpl> client;  // never null
};

McpLink::McpLink(const DaemonAddress& address, std::string path)
    : path_(std::move(path)),
      connection_(std::make_unique<Connection>(Connection{connection_to(address)})) {}

McpLink::~McpLink() = default;

Posted McpLink::post(std::string_view message, const McpSession& session,
                     const OnMessage& on_message) {
  httplib::Request request;
  request.method = "POST";
  request.path = path_;
  request.body = message;
  request.set_header("Content-Type", "application/json");
  request.set_header("Accept", "application/json, text/event-stream");
  put_session(request, session);
  AnswerReader reader(on_message);
  reader.attach(request);
  connection_->client->set_read_timeout(kAnswerTime);
  return reader.outcome(connection_->client->send(request));
}

Posted McpLink::listen(const McpSession& session, const std::function<void()>& on_open,
                       const OnMessage& on_message) {
  httplib::Request request;
  request.method = "GET";
  request.path = path_;
  request.set_header("Accept", std::string(kEventStream));
  put_session(request, session);
  AnswerReader reader(on_message, on_open);
  reader.attach(request);
  connection_->client->set_read_timeout(kSilenceMax);
  return reader.outcome(connection_->client->send(request));
}

void McpLink::end(const McpSession& session) {
  httplib::Request request;
  request.method = "DELETE";
  request.path = path_;
  put_session(request, session);
  connection_->client->set_connection_timeout(kEndTime);
  connection_->client->set_read_timeout(kEndTime);
  (void)connection_->client->send(request);
}

// A GET without a session: refused with 400 where there is an endpoint.
Posted McpLink::probe() {
  httplib::Request request;
  request.method = "GET";
  request.path = path_;
  request.set_header("Accept", std::string(kEventStream));
  const OnMessage ignore = [](std::string_view) {};
  AnswerReader reader(ignore);
  reader.attach(request);
  connection_->client->set_read_timeout(kProbeTime);
  return reader.outcome(connection_->client->send(request));
}

void McpLink::stop() {
  connection_->client->stop();
}

}  // namespace proxy::cli
