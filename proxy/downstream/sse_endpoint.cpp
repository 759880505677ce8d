#include "proxy/downstream/sse_endpoint.h"

#include <array>
#include <string>

#include "base/offload.h"
#include "protocol/revision.h"
#include "protocol/splice.h"
#include "proxy/downstream/refusal.h"

namespace proxy::downstream {
namespace {

using http::Header;
using http::Status;
using protocol::Envelope;
using protocol::MessageKind;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kSessionId = "sessionId=";

std::string_view session_id_of(std::string_view query) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    if (pair.starts_with(kSessionId)) return pair.substr(kSessionId.size());
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
  }
  return {};
}

bool is_modern(const Envelope& envelope) {
  protocol::EraClues clues;
  clues.method = envelope.method;
  clues.over_http = true;
  clues.meta_claims_version = envelope.meta_claims_version;
  if (envelope.meta_protocol_version.present) {
    clues.meta_version = envelope.meta_protocol_version.raw;
  }
  const protocol::EraVerdict verdict = protocol::era_of(clues);
  return verdict.era == protocol::Era::modern || verdict.refuse_code != 0;
}

}  // namespace

std::optional<SsePath> sse_path(std::string_view path) {
  if (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  if (path == "/sse") return SsePath::stream;
  if (path == "/messages") return SsePath::messages;
  return std::nullopt;
}

SseEndpoint::SseEndpoint(base::Loop& loop, Surfaces& surfaces, Dispatcher& dispatcher,
                         SseConnections& connections)
    : loop_(loop),
      surfaces_(surfaces),
      dispatcher_(dispatcher),
      connections_(connections),
      batches_(loop.runtime()),
      self_(std::make_shared<SseEndpoint*>(this)) {}

SseEndpoint::~SseEndpoint() {
  *self_ = nullptr;
}

void SseEndpoint::on_head(SsePath path, security::Principal principal, const http::Request& request,
                          http::Exchange& exchange) {
  if (takes(path, request, exchange) && path == SsePath::messages) {
    (void)target_of(principal, request, exchange);
  }
}

void SseEndpoint::on_request(SsePath path, security::Principal principal, http::Request& request,
                             http::Exchange& exchange) {
  if (!takes(path, request, exchange)) return;
  if (path == SsePath::stream) {
    open(principal, request, exchange);
  } else {
    post(principal, request, exchange);
  }
}

bool SseEndpoint::takes(SsePath path, const http::Request& request, http::Exchange& exchange) {
  const bool is_stream = path == SsePath::stream;
  if (request.method() != (is_stream ? http::Method::get : http::Method::post)) {
    // A client that speaks Streamable HTTP tries a POST first, and falls back on exactly this.
    const std::array allow{http::HeaderField{"Allow", is_stream ? "GET" : "POST"}};
    refuse(
        exchange, Status::method_not_allowed, {},
        {protocol::kInvalidRequest,
         fmt::format("{} is not taken here: GET /sse opens the event stream, POST /messages sends "
                     "a message; Streamable HTTP is at /mcp",
                     http::to_string(request.method())),
         {}},
        allow);
    return false;
  }
  if (is_stream && request.has_body()) {
    refuse(exchange, Status::bad_request, {},
           {protocol::kInvalidRequest, "a GET has no body here: leave it out", {}});
    return false;
  }
  return true;
}

void SseEndpoint::open(security::Principal principal, const http::Request& request,
                       http::Exchange& exchange) {
  if (!request.accepts("text/event-stream")) {
    refuse(exchange, Status::not_acceptable, {},
           {protocol::kInvalidRequest, "/sse is an event stream: accept text/event-stream", {}});
    return;
  }
  if (connections_.size() >= SseConnections::kConnectionsMax) {
    refuse(exchange, Status::service_unavailable, {},
           {protocol::kInvalidRequest,
            "mcptrunk has too many event streams open: try again later, or use /mcp",
            {}});
    return;
  }
  auto surface = surfaces_.find({Endpoint::mcp, {}});
  connections_.open(principal, *std::move(surface), std::move(exchange));
}

SseEndpoint::ConnectionPtr SseEndpoint::target_of(security::Principal principal,
                                                  const http::Request& request,
                                                  http::Exchange& exchange) {
  const std::string_view id = session_id_of(request.query());
  if (id.empty()) {
    refuse(exchange, Status::bad_request, {},
           {protocol::kInvalidRequest,
            "no sessionId: open GET /sse first, and POST where its endpoint event says",
            {}});
    return nullptr;
  }
  ConnectionPtr connection = connections_.find(id, principal);
  if (connection == nullptr) {
    refuse(exchange, Status::not_found, {},
           {protocol::kSessionNotFound,
            "there is no such session: its event stream has ended; open GET /sse again",
            {}});
    return nullptr;
  }
  if (!http::is_media_type(request.header(Header::content_type), kJson)) {
    refuse(exchange, Status::unsupported_media_type, {},
           {protocol::kInvalidRequest, "the Content-Type of a message is application/json", {}});
    return nullptr;
  }
  return connection;
}

void SseEndpoint::post(security::Principal principal, http::Request& request,
                       http::Exchange& exchange) {
  ConnectionPtr connection = target_of(principal, request, exchange);
  if (connection == nullptr) return;
  if (request.body().size() > protocol::kInlineBytesMax) {
    scan_on_worker(std::move(connection), request, std::move(exchange));
    return;
  }
  const std::string_view body = request.body();
  scanned(connection, body, protocol::scan(body), std::move(exchange));
}

void SseEndpoint::scan_on_worker(ConnectionPtr connection, http::Request& request,
                                 http::Exchange exchange) {
  struct Job {
    ConnectionPtr connection;
    std::string body;
    http::Exchange exchange;
    std::optional<protocol::Scanned> outcome;
  };
  auto job = std::make_shared<Job>();
  job->connection = std::move(connection);
  job->body = request.take_body();
  job->exchange = std::move(exchange);
  base::offload(
      loop_, [job] { job->outcome.emplace(protocol::scan(job->body)); },
      [job, self = self_] {
        if (*self == nullptr) return;
        (*self)->scanned(job->connection, job->body, *job->outcome, std::move(job->exchange));
      });
}

void SseEndpoint::scanned(const ConnectionPtr& connection, std::string_view body,
                          const protocol::Scanned& scanned, http::Exchange exchange) {
  if (scanned) {
    exchange.respond(Status::accepted);
    message(connection, *scanned);
    return;
  }
  const protocol::ScanError& error = scanned.error();
  if (error.kind == protocol::ScanError::Kind::batch) {
    batch(connection, body, std::move(exchange));
    return;
  }
  refuse(exchange, Status::bad_request, error.id,
         {error.jsonrpc_code, base::one_line(error.error), {}});
}

class SseEndpoint::PostedBatch final : public BatchRun {
 public:
  PostedBatch(SseEndpoint& endpoint, ConnectionPtr connection)
      : endpoint_(endpoint), connection_(std::move(connection)) {}

  bool carry_out(const protocol::Scanned& message) override {
    if (!connection_->is_open()) return false;
    if (message) {
      endpoint_.message(connection_, *message);
    } else {
      Reply(connection_)
          .error(message.error().id,
                 {message.error().jsonrpc_code, base::one_line(message.error().error), {}});
    }
    return true;
  }

 private:
  SseEndpoint& endpoint_;
  const ConnectionPtr connection_;
};

// Answers to a batch may come one by one, and here they do.
void SseEndpoint::batch(const ConnectionPtr& connection, std::string_view body,
                        http::Exchange exchange) {
  const auto messages = protocol::split_batch(body);
  const bool speaks =
      connection->initialized() &&
      protocol::has(connection->session().facts.revision, protocol::Feature::batches);
  if (!messages || !speaks) {
    refuse(exchange, Status::bad_request, {},
           {protocol::kInvalidRequest,
            speaks ? base::one_line(messages.error())
                   : "the session's revision has no batches: send one message at a time",
            {}});
    return;
  }
  BatchRoom::Share room = batch_room_.share();
  if (!room.take(body.size())) {
    refuse(exchange, Status::service_unavailable, {}, no_room_for_batch());
    return;
  }
  exchange.respond(Status::accepted);
  batches_.start(body, *messages, std::move(room),
                 std::make_unique<PostedBatch>(*this, connection));
}

void SseEndpoint::message(const ConnectionPtr& connection, const Envelope& envelope) {
  Session& session = connection->session();
  if (envelope.kind != MessageKind::request) {
    dispatcher_.other(session, envelope);
    return;
  }
  Reply reply(connection);
  if (is_modern(envelope)) {
    reply.error(envelope.id, modern_refused());
  } else if (connection->initialized() || envelope.method == protocol::Method::ping) {
    dispatcher_.request(session, connection->surface(), envelope, std::move(reply));
  } else if (envelope.method == protocol::Method::initialize) {
    dispatcher_.initialize_in_place(session, connection->surface(), envelope, std::move(reply));
  } else {
    reply.error(envelope.id, {protocol::kInvalidRequest, "the session begins with initialize", {}});
  }
}

}  // namespace proxy::downstream
