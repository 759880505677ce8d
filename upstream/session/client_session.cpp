#include "upstream/session/client_session.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>

#include "base/log.h"
#include "base/reused_buffer.h"
#include "base/shell_word.h"
#include "protocol/envelope.h"
#include "protocol/jsonrpc.h"
#include "protocol/splice.h"
#include "upstream/transport/printable.h"

namespace upstream {
namespace {

constexpr std::uint64_t kGarbageLinesLogged = 5;
constexpr std::size_t kGarbageBytesLogged = 200;
constexpr std::size_t kGarbageBytesKept = 100;
constexpr std::size_t kGarbageBytesLooked = 1'000;  // a secret must not be cut where the shown ends
constexpr base::Duration kPingDeadline = std::chrono::minutes(5);

// Our ids are plain positive integers; anything else was never asked.
std::uint64_t request_id_from(std::string_view raw_id) {
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(raw_id.data(), raw_id.data() + raw_id.size(), id);
  const bool whole = error == std::errc() && end == raw_id.data() + raw_id.size();
  return whole ? id : 0;
}

// A request id as it stands in a message. Value.
class IdText {
 public:
  explicit IdText(std::uint64_t id)
      : size_(static_cast<std::size_t>(
            std::to_chars(text_.data(), text_.data() + text_.size(), id).ptr - text_.data())) {}
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 24> text_{};
  std::size_t size_;
};

}  // namespace

ClientSession::ClientSession(base::Runtime runtime, std::unique_ptr<Transport> transport,
                             SessionListener& listener, SessionOptions options)
    : runtime_(runtime),
      transport_(std::move(transport)),
      listener_(listener),
      options_(std::move(options)),
      gate_(options_.offload, *this) {
  gate_.attach(*transport_);
}

ClientSession::~ClientSession() = default;

void ClientSession::start() {
  transport_->start(gate_);
  runtime_.turn.schedule(begin_);
}

void ClientSession::close() {
  closing_ = true;
  relist_timer_.cancel();
  transport_->close();
}

// --- out ---

base::Result<RequestTable::Row*> ClientSession::send_request(const CallSpec& spec) {
  if (closed_ || closing_) {
    return base::Error{base::ErrorCode::connection_lost,
                       "Server '" + options_.server_name + "' is being stopped", "Try again"};
  }
  RequestTable::Row& row = table_.add();
  const base::Result<std::string_view> bytes = writer_.write(row.id, spec);
  if (!bytes) {
    table_.release(row);
    return bytes.error();
  }
  Outgoing message{*bytes, OutgoingKind::request, method_of(spec), name_of(spec), {}, {}};
  const IdText id(row.id);
  message.raw_id = id.view();
  if (spec.deadline > base::Duration::zero()) message.deadline = runtime_.now() + spec.deadline;
  const bool is_sent = transport_->send(message);
  writer_.release_if_large();
  if (!is_sent) {
    table_.release(row);
    return base::Error{base::ErrorCode::overloaded,
                       "Server '" + options_.server_name +
                           "' takes no more input: it does not read what was sent, or is ending",
                       "Try again later, or run: mcptrunk servers restart " +
                           base::shell_word(options_.server_name)};
  }
  row.sink = spec.sink;
  row.tag = spec.tag;
  row.progress_token = spec.progress_token;
  if (spec.deadline > base::Duration::zero()) runtime_.start(row.deadline, spec.deadline);
  return &row;
}

base::Result<void> ClientSession::call(const CallSpec& spec, std::uint64_t serial) {
  assert(serial != 0 && spec.sink != nullptr && spec.deadline > base::Duration::zero());
  const base::Result<RequestTable::Row*> row = send_request(spec);
  if (!row) return row.error();
  (*row)->serial = serial;
  (*row)->caller = spec.caller;
  ++calls_in_flight_;
  served_ = served_ || spec.caller != kOurselves;
  return base::kDone;
}

void ClientSession::end_call(const RequestTable::Row& row) {
  --calls_in_flight_;
  audience_.on_over(row.caller, runtime_.now());
}

bool ClientSession::cancel(std::uint64_t serial) {
  RequestTable::Row* row = table_.find_serial(serial);
  if (row == nullptr) return false;
  send_cancelled(row->id, "the client cancelled the call");
  end_call(*row);
  table_.release(*row);
  return true;
}

void ClientSession::send_cancelled(std::uint64_t request_id, std::string_view reason) {
  if (closed_ || closing_) return;
  const base::ReusedBuffer emptied(message_);
  protocol::append_cancelled(message_, request_id, reason);
  const IdText id(request_id);
  (void)transport_->send(
      {message_, OutgoingKind::notification, "notifications/cancelled", {}, id.view(), {}});
}

bool ClientSession::notify(std::string_view method, std::string_view params) {
  if (closed_ || closing_) return false;
  const base::ReusedBuffer emptied(message_);
  protocol::append_notification(message_, method, params);
  return transport_->send({message_, OutgoingKind::notification, method, {}, {}, {}});
}

bool ClientSession::answer(std::string_view raw_id, bool is_error, std::string_view body) {
  if (closed_ || closing_) return false;
  const base::ReusedBuffer emptied(message_);
  if (is_error) {
    protocol::append_error_response(message_, raw_id, body);
  } else {
    protocol::append_response(message_, raw_id, body);
  }
  return transport_->send({message_, OutgoingKind::response, {}, {}, raw_id, {}});
}

void ClientSession::ping() {
  CallSpec spec;
  spec.method = "ping";
  spec.deadline = kPingDeadline;
  spec.sink = &unheard_;
  const base::Result<RequestTable::Row*> row = send_request(spec);
  if (row.ok()) (*row)->internal = true;
}

std::uint64_t ClientSession::flow_request(std::string_view method, std::string_view params,
                                          CallSink& sink) {
  CallSpec spec;
  spec.method = method;
  spec.params = params;
  spec.sink = &sink;
  const base::Result<RequestTable::Row*> row = send_request(spec);
  if (!row) return 0;
  (*row)->internal = true;
  return (*row)->id;
}

void ClientSession::flow_abandon(std::uint64_t id) {
  if (RequestTable::Row* row = table_.find(id)) table_.release(*row);
}

void ClientSession::flow_notify(std::string_view method, std::string_view params) {
  (void)notify(method, params);
}

void ClientSession::on_deadline(std::uint64_t request_id) {
  RequestTable::Row* row = table_.find(request_id);
  assert(row != nullptr);
  if (!row->internal) send_cancelled(request_id, "the call took too long");
  fail(*row, {base::ErrorCode::deadline_exceeded,
              "Server '" + options_.server_name + "' did not answer in time",
              "Try again, or raise its call_timeout"});
}

// --- in ---

void ClientSession::on_scanned(std::string_view of_request, std::string_view bytes,
                               const protocol::Scanned& scanned) {
  if (closed_) return;
  if (!scanned) return on_refused_message(of_request, bytes, scanned.error());
  heard_ = true;
  switch (scanned->kind) {
    case protocol::MessageKind::response:
    case protocol::MessageKind::error_response:
      return on_response(*scanned);
    case protocol::MessageKind::request:
      return on_request(of_request, *scanned);
    case protocol::MessageKind::notification:
      return on_notification(of_request, *scanned);
  }
}

// Revision 2025-03-26 knows batches. A response that is damaged but for its id fails its call
// rather than leave it to its deadline.
void ClientSession::on_refused_message(std::string_view of_request, std::string_view bytes,
                                       const protocol::ScanError& error) {
  if (error.kind == protocol::ScanError::Kind::batch) {
    const auto parts = protocol::split_batch(bytes);
    if (!parts) return note_garbage(bytes);
    for (const std::string_view part : *parts) {
      if (const protocol::Scanned scanned = protocol::scan(part); scanned.ok()) {
        on_scanned(of_request, part, scanned);
      }
    }
    return;
  }
  note_garbage(bytes);
  if (error.has_method || error.id.empty()) return;
  if (RequestTable::Row* row = table_.find(request_id_from(error.id))) {
    fail(*row, {base::ErrorCode::protocol_error,
                "Server '" + options_.server_name +
                    "' sent an answer that cannot be read: " + error.error.message,
                "Report it to the author of the server"});
  }
}

std::string ClientSession::masked(std::string text) const {
  options_.secrets.apply(text);
  return text;
}

void ClientSession::note_garbage(std::string_view what) {
  if (++garbage_ > kGarbageLinesLogged) return;
  const std::string whole = masked(std::string(what.substr(0, kGarbageBytesLooked)));
  const std::string_view shown = whole;
  if (first_garbage_.empty()) append_printable(first_garbage_, shown.substr(0, kGarbageBytesKept));
  base::log::warn("session", "server={} wrote a message that is no JSON-RPC: {}",
                  options_.server_name, shown.substr(0, kGarbageBytesLogged));
}

void ClientSession::on_response(const protocol::Envelope& message) {
  const std::uint64_t id = request_id_from(message.id);
  RequestTable::Row* row = table_.find(id);
  if (row == nullptr) {
    ++(id != 0 && id <= table_.last_id() ? late_answers_ : garbage_);
    return;
  }
  CallSink& sink = *row->sink;
  const CallTag tag = row->tag;
  const bool internal = row->internal;
  if (!internal) end_call(*row);
  table_.release(*row);
  if (message.kind == protocol::MessageKind::response) {
    sink.on_result(tag, message.result, message);
  } else {
    sink.on_error(tag, message.error, message);
  }
  if (!internal) listener_.on_call_over();
}

// `last_words`: what the server wrote, for the caller alone; it may be of what that has told it.
void ClientSession::fail(RequestTable::Row& row, const base::Error& error, Tell tell,
                         std::string_view last_words) {
  CallSink& sink = *row.sink;
  const CallTag tag = row.tag;
  const bool internal = row.internal;
  if (!internal) end_call(row);
  table_.release(row);
  const std::string message =
      last_words.empty() ? error.message : fmt::format("{}: {}", error.message, last_words);
  sink.on_failed(tag, {error.code, message, error.remedy});
  if (internal || tell == Tell::nobody) return;
  if (!closed_) listener_.on_call_over();
  listener_.on_call_failed(error);
}

CallerKey ClientSession::sole_caller() {
  return audience_.sole(runtime_.now(), [this](const auto& add) {
    std::size_t position = 0;
    while (const RequestTable::Row* row = table_.next(position)) add(row->caller);
  });
}

// What comes on the stream of a request belongs to it alone, and to nobody once that is over.
CallerKey ClientSession::meant_by(std::string_view of_request) {
  if (of_request.empty()) return sole_caller();
  const RequestTable::Row* row = table_.find(request_id_from(of_request));
  return row != nullptr && row->caller != kOurselves ? row->caller : kNobody;
}

void ClientSession::on_request(std::string_view of_request, const protocol::Envelope& message) {
  if (message.method == protocol::Method::ping) {
    (void)answer(message.id, false, "{}");
    return;
  }
  if (closing_) return;  // whoever comes to wait for it is not the one it means
  const CallerKey caller = meant_by(of_request);
  if (listener_.on_server_request(caller, message.id, message.method_name, message.params)) return;
  if (closed_ || closing_) return;
  const base::ReusedBuffer emptied(message_);
  protocol::append_error_response(
      message_, message.id,
      protocol::RpcError{protocol::kMethodNotFound, "This client does not support the method", ""});
  (void)transport_->send({message_, OutgoingKind::response, {}, {}, message.id, {}});
}

void ClientSession::on_notification(std::string_view of_request,
                                    const protocol::Envelope& message) {
  switch (message.method) {
    case protocol::Method::progress:
      return on_progress(of_request, message);
    case protocol::Method::cancelled:
      if (message.request_id.empty()) return;
      return listener_.on_server_request_cancelled(message.request_id);
    case protocol::Method::tools_list_changed:
      return note_changed(ListKind::tools);
    case protocol::Method::prompts_list_changed:
      return note_changed(ListKind::prompts);
    case protocol::Method::resources_list_changed:
      note_changed(ListKind::resources);
      return note_changed(ListKind::resource_templates);
    default:
      return listener_.on_notification(meant_by(of_request), message.method_name, message.params);
  }
}

// The token is the id of the request, which is never used twice: behind its end it is nobody's.
void ClientSession::on_progress(std::string_view of_request, const protocol::Envelope& message) {
  RequestTable::Row* row = table_.find(request_id_from(message.progress_token));
  if (row == nullptr || row->progress_token.empty()) return;
  if (!of_request.empty() && request_id_from(of_request) != row->id) return;
  row->sink->on_progress(row->tag, message, row->progress_token);
}

void ClientSession::on_oversized(std::string_view raw_id) {
  if (closed_) return;
  heard_ = true;
  RequestTable::Row* row = table_.find(request_id_from(raw_id));
  if (row == nullptr) return note_garbage("a message over the size limit");
  fail(*row, {base::ErrorCode::too_large,
              "The answer of server '" + options_.server_name + "' is over the message size limit",
              "Ask for less, or raise limits.message_bytes_max"});
}

void ClientSession::on_request_failed(std::string_view raw_id, const Failure& failure) {
  if (closed_) return;
  RequestTable::Row* row = table_.find(request_id_from(raw_id));
  if (row == nullptr) return;
  fail(*row,
       {error_code(failure.kind),
        "The request to server '" + options_.server_name + "' failed: " + masked(failure.message),
        failure.remedy});
}

void ClientSession::on_session_renewed() {
  base::log::info("session", "server={} had forgotten its session; a new one is open",
                  options_.server_name);
  relist();
  listener_.on_renewed();
}

void ClientSession::on_closed(const Failure& failure) {
  if (closed_) return;
  fail_all(failure, Tell::listener);
  if (served_ || failure.last_words.empty()) return listener_.on_closed(failure);
  Failure told = failure;
  told.message += ": " + failure.last_words;
  listener_.on_closed(told);
}

void ClientSession::abandon(const Failure& failure) {
  if (closed_) return;
  gate_.clear();
  fail_all(failure, Tell::nobody);
  transport_.reset();
}

void ClientSession::fail_all(const Failure& failure, Tell tell) {
  closed_ = true;
  relist_timer_.cancel();
  begin_.cancel();
  flow_.cancel();
  std::string last_words = failure.last_words;
  options_.secrets.apply(last_words);
  const CallerKey meant = sole_caller();
  const base::Error error{
      base::ErrorCode::connection_lost,
      "The connection to server '" + options_.server_name +
          "' was lost during the call: " + masked(failure.message),
      "The call may or may not have been carried out; check before repeating it"};
  std::size_t position = 0;
  while (RequestTable::Row* row = table_.next(position)) {
    fail(*row, error, tell, row->caller == meant ? last_words : std::string_view());
  }
}

// --- handshake and lists ---

void ClientSession::begin() {
  flow_ = open();
  flow_.start(
      [this](base::Result<Listing>&& listing) { finish_listing(std::move(listing), true); });
}

base::Task<base::Result<Listing>> ClientSession::open() {
  FlowPort& port = *this;
  base::Result<Greeting> greeting =
      co_await connect(port, options_.offered_revision, options_.abilities);
  if (!greeting) co_return std::move(greeting).error();
  server_ = std::move(greeting->server);
  listener_.on_handshaken(server_);
  base::Result<Listing> listing = co_await list(kAllKinds);
  co_return listing;
}

// Tools are what an upstream is for: without their list it is of no use. The other lists may fail
// alone; what was known of them stays.
base::Task<base::Result<Listing>> ClientSession::list(Kinds kinds) {
  FlowPort& port = *this;
  Listing listing;
  listing.server = server_;
  ListLimits limits = options_.list_limits;
  for (std::size_t i = 0; i < kListKinds; ++i) {
    if ((kinds >> i & 1U) == 0) continue;
    const auto kind = static_cast<ListKind>(i);
    const bool declared = declares(server_.capabilities, kind);
    if (!declared && kind != ListKind::tools) {
      listing.lists[i].emplace();
      continue;
    }
    base::Result<ListedPages> pages = co_await read_list(port, kind, limits);
    if (pages.ok()) {
      limits.bytes_max -= std::min(limits.bytes_max, bytes_of(*pages));
      listing.lists[i] = *std::move(pages);
    } else if (!declared) {
      listing.lists[i].emplace();
    } else if (kind == ListKind::tools) {
      co_return std::move(pages).error();
    } else {
      base::log::warn("session", "server={} {} failed: {}", options_.server_name, list_method(kind),
                      masked(pages.error().message));
    }
  }
  co_return listing;
}

void ClientSession::finish_listing(base::Result<Listing>&& listing, bool first) {
  if (first) listed_ = listing.ok();
  if (listing.ok()) {
    listener_.on_listing(*std::move(listing));
  } else if (first) {
    listener_.on_start_failed(listing.error());
  } else {
    base::log::warn("session", "server={} listing failed: {}", options_.server_name,
                    masked(listing.error().message));
  }
  if (changed_ != 0 && listed_) arm_relisting();
}

// Changes of one burst are read once, behind it.
void ClientSession::note_changed(ListKind kind) {
  changed_ |= static_cast<Kinds>(1U << static_cast<unsigned>(kind));
  if (listed_ && !flow_.running()) arm_relisting();
}

void ClientSession::relist() {
  changed_ = kAllKinds;
  if (listed_ && !flow_.running()) arm_relisting();
}

void ClientSession::arm_relisting() {
  if (closing_ || closed_ || relist_timer_.armed()) return;
  runtime_.start(relist_timer_, kRelistDelay);
}

void ClientSession::start_relisting() {
  flow_ = list(std::exchange(changed_, Kinds{0}));
  flow_.start(
      [this](base::Result<Listing>&& listing) { finish_listing(std::move(listing), false); });
}

}  // namespace upstream
