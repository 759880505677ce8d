#include "proxy/downstream/mcp_endpoint.h"

#include <array>

#include "base/offload.h"
#include "protocol/revision.h"
#include "protocol/splice.h"
#include "proxy/downstream/batch.h"
#include "proxy/downstream/refusal.h"

namespace proxy::downstream {
namespace {

using http::Header;
using http::Status;
using protocol::Envelope;
using protocol::MessageKind;
using protocol::RpcError;

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEventStream = "text/event-stream";

std::optional<std::string_view> header_if_any(const http::Request& request, Header header) {
  if (!request.has(header)) return std::nullopt;
  return request.header(header);
}

struct HeadRefusal {
  Status status;
  std::string message;
};

std::optional<HeadRefusal> head_refusal(const http::Request& request) {
  const http::Method method = request.method();
  if (method == http::Method::post) {
    if (!http::is_media_type(request.header(Header::content_type), kJson)) {
      return HeadRefusal{Status::unsupported_media_type,
                         "the body is not declared as JSON: send Content-Type: application/json"};
    }
    if (request.accepts(kJson)) return std::nullopt;
    return HeadRefusal{Status::not_acceptable,
                       "Accept must list application/json and text/event-stream"};
  }
  if (method != http::Method::get && method != http::Method::delete_) {
    return HeadRefusal{
        Status::method_not_allowed,
        fmt::format("{} is not taken here: use POST for messages, GET for the event stream, DELETE "
                    "to end the session",
                    http::to_string(method))};
  }
  if (request.has_body()) {
    return HeadRefusal{Status::bad_request,
                       fmt::format("a {} has no body here: leave it out", http::to_string(method))};
  }
  if (method == http::Method::get && !request.accepts(kEventStream)) {
    return HeadRefusal{Status::not_acceptable,
                       "a GET opens an event stream: accept text/event-stream"};
  }
  return std::nullopt;
}

}  // namespace

McpEndpoint::McpEndpoint(base::Loop& loop, Surfaces& surfaces, Dispatcher& dispatcher,
                         SessionTable& sessions, CallTable& calls, EventStreams& streams)
    : loop_(loop),
      surfaces_(surfaces),
      dispatcher_(dispatcher),
      sessions_(sessions),
      calls_(calls),
      streams_(streams),
      batches_(loop.runtime()),
      self_(std::make_shared<McpEndpoint*>(this)) {}

McpEndpoint::~McpEndpoint() {
  *self_ = nullptr;
}

void McpEndpoint::on_head(const SurfacePath& path, const http::Request& request,
                          http::Exchange& exchange) {
  (void)surface_for(path, request, exchange);
}

void McpEndpoint::on_request(const SurfacePath& path, security::Principal principal,
                             http::Request& request, http::Exchange& exchange) {
  const std::shared_ptr<Surface> surface = surface_for(path, request, exchange);
  if (surface == nullptr) return;
  if (request.method() == http::Method::post) {
    post(surface, principal, request, exchange);
  } else if (request.method() == http::Method::get) {
    get(surface, principal, request, exchange);
  } else {
    end_session(surface, principal, request, exchange);
  }
}

std::shared_ptr<Surface> McpEndpoint::surface_for(const SurfacePath& path,
                                                  const http::Request& request,
                                                  http::Exchange& exchange) {
  auto found = surfaces_.find(path);
  if (!found) {
    const bool unknown = found.error().code == base::ErrorCode::not_found;
    refuse(exchange, unknown ? Status::not_found : Status::bad_request, {},
           {protocol::kInvalidRequest, base::one_line(found.error()), {}});
    return nullptr;
  }
  if (const auto refusal = head_refusal(request)) {
    const std::array allow{http::HeaderField{"Allow", "POST, GET, DELETE"}};
    const bool wrong_method = refusal->status == Status::method_not_allowed;
    refuse(exchange, refusal->status, {}, {protocol::kInvalidRequest, refusal->message, {}},
           wrong_method ? http::Exchange::Fields(allow) : http::Exchange::Fields());
    return nullptr;
  }
  return std::move(found).value();
}

void McpEndpoint::post(const std::shared_ptr<Surface>& surface, security::Principal principal,
                       http::Request& request, http::Exchange& exchange) {
  if (request.body().size() > protocol::kInlineBytesMax) {
    scan_on_worker(surface, principal, request, std::move(exchange));
    return;
  }
  const PostFacts facts{surface, principal, header_if_any(request, Header::mcp_session_id),
                        header_if_any(request, Header::mcp_protocol_version),
                        request.accepts(kEventStream)};
  const std::string_view body = request.body();
  scanned(facts, body, protocol::scan(body), std::move(exchange));
}

void McpEndpoint::scan_on_worker(const std::shared_ptr<Surface>& surface,
                                 security::Principal principal, http::Request& request,
                                 http::Exchange exchange) {
  struct Job {
    std::shared_ptr<Surface> surface;
    security::Principal principal;
    std::optional<std::string> session_id;
    std::optional<std::string> version;
    bool may_stream;
    std::string body;
    http::Exchange exchange;
    std::optional<protocol::Scanned> outcome;
  };
  auto job = std::make_shared<Job>();
  job->surface = surface;
  job->principal = principal;
  job->session_id = header_if_any(request, Header::mcp_session_id);
  job->version = header_if_any(request, Header::mcp_protocol_version);
  job->may_stream = request.accepts(kEventStream);
  job->body = request.take_body();
  job->exchange = std::move(exchange);
  base::offload(
      loop_, [job] { job->outcome.emplace(protocol::scan(job->body)); },
      [job, self = self_] {
        if (*self == nullptr) return;
        const PostFacts facts{job->surface, job->principal, job->session_id, job->version,
                              job->may_stream};
        (*self)->scanned(facts, job->body, *job->outcome, std::move(job->exchange));
      });
}

void McpEndpoint::scanned(const PostFacts& facts, std::string_view body,
                          const protocol::Scanned& scanned, http::Exchange exchange) {
  if (scanned) {
    message(facts, *scanned, std::move(exchange));
    return;
  }
  const protocol::ScanError& error = scanned.error();
  if (error.kind == protocol::ScanError::Kind::batch) {
    batch(facts, body, std::move(exchange));
    return;
  }
  refuse(exchange, Status::bad_request, error.id,
         {error.jsonrpc_code, base::one_line(error.error), {}});
}

void McpEndpoint::message(const PostFacts& facts, const Envelope& envelope,
                          http::Exchange exchange) {
  protocol::EraClues clues;
  clues.method = envelope.method;
  clues.over_http = true;
  clues.meta_claims_version = envelope.meta_claims_version;
  if (envelope.meta_protocol_version.present)
    clues.meta_version = envelope.meta_protocol_version.raw;
  clues.header_version = facts.version;
  const protocol::EraVerdict verdict = protocol::era_of(clues);
  if (verdict.era == protocol::Era::modern || verdict.refuse_code != 0) {
    refuse(exchange, Status::bad_request, envelope.id, modern_refused());
    return;
  }
  if (envelope.kind == MessageKind::request && envelope.method == protocol::Method::initialize &&
      !facts.session_id) {
    dispatcher_.initialize(*facts.surface, facts.principal, envelope,
                           Reply(std::move(exchange), facts.may_stream));
    return;
  }
  Session* session = session_for(facts, envelope.id, exchange);
  if (session == nullptr) return;
  if (envelope.kind == MessageKind::request) {
    dispatcher_.request(*session, *facts.surface, envelope,
                        Reply(std::move(exchange), facts.may_stream));
    return;
  }
  dispatcher_.other(*session, envelope);
  exchange.respond(Status::accepted);
}

Session* McpEndpoint::session_for(const PostFacts& facts, std::string_view request_id,
                                  http::Exchange& exchange) {
  if (!facts.session_id) {
    refuse(
        exchange, Status::bad_request, request_id,
        {protocol::kInvalidRequest, "no Mcp-Session-Id: open a session with initialize first", {}});
    return nullptr;
  }
  const auto revision =
      facts.version ? protocol::revision_from(*facts.version) : protocol::kAssumedLegacy;
  if (!revision || protocol::era_of(*revision) == protocol::Era::modern) {
    refuse(exchange, Status::bad_request, request_id,
           {protocol::kInvalidRequest,
            fmt::format("MCP-Protocol-Version {} is not one that a session can speak: send the one "
                        "that initialize agreed on",
                        facts.version->substr(0, 40)),
            {}});
    return nullptr;
  }
  Session* session = sessions_.find(*facts.session_id, facts.principal, facts.surface->key);
  if (session == nullptr) {
    refuse(exchange, Status::not_found, request_id,
           {protocol::kSessionNotFound,
            "there is no such session here: it was ended, has expired or belongs to another path; "
            "initialize again",
            {}});
  }
  return session;
}

// The session is looked up for each message: it may end between them.
class McpEndpoint::PostedBatch final : public BatchRun {
 public:
  PostedBatch(McpEndpoint& endpoint, const PostFacts& facts, http::Exchange exchange)
      : endpoint_(endpoint),
        surface_(facts.surface),
        principal_(facts.principal),
        session_id_(*facts.session_id),
        answer_(std::make_shared<Batch>(std::move(exchange), endpoint.batch_room_.share())) {}
  ~PostedBatch() override { answer_->complete(); }

  bool carry_out(const protocol::Scanned& message) override {
    if (!answer_->is_wanted()) return false;
    Session* session = endpoint_.sessions_.find(session_id_, principal_, surface_->key);
    if (!message) {
      error(message.error().id,
            {message.error().jsonrpc_code, base::one_line(message.error().error), {}});
    } else if (message->kind != MessageKind::request) {
      if (session != nullptr) endpoint_.dispatcher_.other(*session, *message);
    } else if (session == nullptr) {
      error(message->id, {protocol::kSessionNotFound, "the session was ended meanwhile", {}});
    } else if (answer_->is_full()) {
      error(message->id,
            {protocol::kInternalError,
             "not carried out: the answers to the batch are too large together. Send fewer "
             "messages at a time",
             {}});
    } else {
      answer_->expect();
      endpoint_.dispatcher_.request(*session, *surface_, *message, Reply(answer_));
    }
    return true;
  }

 private:
  void error(std::string_view id, const protocol::RpcError& error) {
    answer_->expect();
    Reply(answer_).error(id, error);
  }

  McpEndpoint& endpoint_;
  const std::shared_ptr<Surface> surface_;
  const security::Principal principal_;
  const std::string session_id_;
  const std::shared_ptr<Batch> answer_;
};

void McpEndpoint::batch(const PostFacts& facts, std::string_view body, http::Exchange exchange) {
  Session* session = session_for(facts, {}, exchange);
  if (session == nullptr) return;
  if (!protocol::has(session->facts.revision, protocol::Feature::batches)) {
    refuse(exchange, Status::bad_request, {},
           {protocol::kInvalidRequest,
            fmt::format("revision {} has no batches: send one message at a time",
                        to_string(session->facts.revision)),
            {}});
    return;
  }
  const auto messages = protocol::split_batch(body);
  if (!messages) {
    refuse(exchange, Status::bad_request, {},
           {protocol::kInvalidRequest, base::one_line(messages.error()), {}});
    return;
  }
  BatchRoom::Share room = batch_room_.share();
  if (!room.take(body.size())) {
    refuse(exchange, Status::service_unavailable, {}, no_room_for_batch());
    return;
  }
  batches_.start(body, *messages, std::move(room),
                 std::make_unique<PostedBatch>(*this, facts, std::move(exchange)));
}

void McpEndpoint::get(const std::shared_ptr<Surface>& surface, security::Principal principal,
                      http::Request& request, http::Exchange& exchange) {
  const PostFacts facts{surface, principal, header_if_any(request, Header::mcp_session_id),
                        header_if_any(request, Header::mcp_protocol_version), true};
  Session* session = session_for(facts, {}, exchange);
  if (session == nullptr) return;
  if (session->stream != nullptr) {
    refuse(exchange, Status::conflict, {},
           {protocol::kInvalidRequest, "this session has an open stream already", {}});
    return;
  }
  streams_.open(*session, surface, std::move(exchange));
}

void McpEndpoint::end_session(const std::shared_ptr<Surface>& surface,
                              security::Principal principal, http::Request& request,
                              http::Exchange& exchange) {
  const PostFacts facts{surface, principal, header_if_any(request, Header::mcp_session_id),
                        header_if_any(request, Header::mcp_protocol_version), true};
  Session* session = session_for(facts, {}, exchange);
  if (session == nullptr) return;
  calls_.cancel_all(*session);
  streams_.close(*session);
  sessions_.end(*session);
  exchange.respond(Status::ok);
}

}  // namespace proxy::downstream
