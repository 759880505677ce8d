#include "proxy/rest/intent_handlers.h"

#include "proxy/config/parser.h"
#include "proxy/config/request_body.h"
#include "proxy/rest/etag.h"
#include "proxy/rest/group_body.h"
#include "proxy/rest/json_out.h"

namespace proxy::rest {
namespace {

constexpr std::string_view kConfigExample = R"({"mcpServers": [...]})";

// Nothing after an error, which is answered then. The outer nothing, that is; the inner one is a
// change made for whatever stands there.
std::optional<config::IfMatch> condition_of(const Handling& h) {
  if (!h.query({})) return std::nullopt;
  const auto if_match = if_match_of(h.request);
  if (if_match) return *if_match;
  h.reply->error(if_match.error());
  return std::nullopt;
}

Answer<ServerActionAnswer> server_answer(const Handling& h, const char* action,
                                         http::Status status) {
  return [reply = h.reply, action, status](const base::Result<ServerActionAnswer>& answer) {
    if (!answer) return reply->error(answer.error());
    reply->data(to_json(*answer, action), status, {});
  };
}

Answer<GroupActionAnswer> group_answer(const Handling& h, const char* action, http::Status status) {
  return [reply = h.reply, action, status](const base::Result<GroupActionAnswer>& answer) {
    if (!answer) return reply->error(answer.error());
    reply->data(to_json(*answer, action), status, {});
  };
}

// What the reader of a configuration had to say, but for errors.
std::vector<std::string> warnings_of(const std::vector<config::Diagnostic>& diagnostics) {
  std::vector<std::string> out;
  for (const config::Diagnostic& one : diagnostics) {
    if (one.severity != config::Severity::error) out.push_back(config::one_line(one));
  }
  return out;
}

}  // namespace

void add_server(const Handling& h) {
  if (!h.query({})) return;
  h.service.add_server(h.request.body(), config::Actor::person,
                       server_answer(h, "add", http::Status::created));
}

void update_server(const Handling& h) {
  const auto condition = condition_of(h);
  if (!condition) return;
  h.service.update_server(h.args[0], h.request.body(), *condition, config::Actor::person,
                          server_answer(h, "update", http::Status::ok));
}

void remove_server(const Handling& h) {
  if (!h.has_no_body()) return;
  const auto condition = condition_of(h);
  if (!condition) return;
  h.service.remove_server(
      h.args[0], *condition, config::Actor::person,
      [reply = h.reply, name = h.args[0]](const base::Result<void>& removed) {
        if (!removed) return reply->error(removed.error());
        std::string text;
        base::JsonWriter out(text);
        out.begin_object().field("server", name).field("action", "remove").field("changed", true);
        out.end_object();
        reply->data(text);
      });
}

void add_group(const Handling& h) {
  if (!h.query({})) return;
  auto draft = group_draft_from(h.request.body());
  if (!draft) return h.reply->error(draft.error());
  h.service.add_group(*std::move(draft), config::Actor::person,
                      group_answer(h, "add", http::Status::created));
}

void update_group(const Handling& h) {
  const auto condition = condition_of(h);
  if (!condition) return;
  auto changes = group_changes_from(h.request.body());
  if (!changes) return h.reply->error(changes.error());
  h.service.update_group(h.args[0], *std::move(changes), *condition, config::Actor::person,
                         group_answer(h, "update", http::Status::ok));
}

void remove_group(const Handling& h) {
  if (!h.has_no_body()) return;
  const auto condition = condition_of(h);
  if (!condition) return;
  h.service.remove_group(h.args[0], *condition, config::Actor::person,
                         group_answer(h, "remove", http::Status::ok));
}

void replace_config(const Handling& h) {
  const auto condition = condition_of(h);
  if (!condition) return;
  const auto body = config::object_of(h.request.body(), "configuration", kConfigExample);
  if (!body) return h.reply->error(body.error());
  config::ParseOutcome outcome = config::parse(h.request.body(), {config::UnknownFields::reported});
  std::vector<std::string> warnings = warnings_of(outcome.diagnostics);
  auto parsed = config::config_or_error(std::move(outcome));
  if (!parsed) {
    return h.reply->error({parsed.error().code, parsed.error().message,
                           "correct these fields and send it again; GET config shows the form"});
  }
  // What is left out is removed: a body without servers is rather a slip than meant.
  if (body->find("mcpServers") == nullptr && body->find("servers") == nullptr) {
    return h.reply->error({base::ErrorCode::invalid_argument,
                           "\"mcpServers\" is missing, and what is put replaces everything",
                           "send what GET config gave, changed; \"mcpServers\": [] is for none"});
  }
  h.service.replace_config(
      *std::move(parsed), *condition,
      [reply = h.reply, warnings = std::move(warnings)](const base::Result<ConfigChange>& change) {
        if (!change) return reply->error(change.error());
        const std::string etag = etag_of(change->etag);
        const http::HeaderField field{kETag, etag};
        reply->data(to_json(*change, warnings), http::Status::ok, {&field, 1});
      });
}

void back_up(const Handling& h) {
  if (!h.query({})) return;
  auto name = backup_name_from(h.request.body());
  if (!name) return h.reply->error(name.error());
  h.service.backup(*name, [reply = h.reply](const base::Result<std::string>& path) {
    if (!path) return reply->error(path.error());
    std::string text;
    base::JsonWriter out(text);
    out.begin_object().field("path", *path).end_object();
    reply->data(text, http::Status::created, {});
  });
}

}  // namespace proxy::rest
