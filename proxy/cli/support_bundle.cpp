#include "proxy/cli/support_bundle.h"

#include <fmt/format.h>

#include <deque>

#include "protocol/sse.h"
#include "proxy/cli/doctor_report.h"
#include "proxy/cli/json_view.h"
#include "proxy/config/parser.h"
#include "proxy/config/redaction.h"
#include "proxy/config/secret_texts.h"
#include "proxy/config/to_json.h"
#include "proxy/security/data_files.h"

namespace proxy::cli {
namespace {

constexpr std::size_t kConfigBytesMax = 16 * 1024 * 1024;
constexpr std::size_t kLogFileBytesMax = 1024 * 1024 * 1024;
constexpr std::size_t kLogBytesMax = 64 * 1024;
constexpr std::size_t kEventsMax = 500;
constexpr int kServerLogLines = 50;
constexpr std::size_t kBundleBytesMax = 1024 * 1024 * 1024;

void add_error(base::JsonWriter& out, const base::Error& error) {
  out.begin_object().field("error", error.message).field("remedy", error.remedy).end_object();
}

// What a path of REST answers, or why not.
void add_answer(base::JsonWriter& out, std::string_view name,
                const base::Result<std::string>& data) {
  out.key(name);
  if (data) {
    out.raw(*data);
  } else {
    add_error(out, data.error());
  }
}

void add_servers(base::JsonWriter& out, Context& context, const std::string& list) {
  const auto document = base::parse_document(list, Context::kDataLimits);
  out.key("servers").begin_array();
  if (document) {
    for_each_in(*document, "servers", [&](const rapidjson::Value& row) {
      const std::string path = "servers/" + percent_encoded(text_of(row, "name"));
      out.begin_object().field("name", text_of(row, "name"));
      add_answer(out, "detail", context.get(path));
      add_answer(out, "log", context.get(fmt::format("{}/logs?lines={}", path, kServerLogLines)));
      out.end_object();
    });
  }
  out.end_array();
}

void add_events(base::JsonWriter& out, Context& context) {
  std::deque<std::string> last;
  protocol::SseDecoder decoder;
  const auto client = context.client();
  if (!client) return;
  (void)(*client)->stream("/events?replay=all&follow=false", [&](std::string_view bytes) {
    std::vector<protocol::SseEvent> events;
    const auto readable = decoder.feed(bytes, events);
    for (protocol::SseEvent& event : events) {
      if (event.data.empty()) continue;
      last.push_back(std::move(event.data));
      if (last.size() > kEventsMax) last.pop_front();
    }
    return readable.ok();
  });
  out.key("events").begin_array();
  for (const std::string& event : last) out.raw(event);
  out.end_array();
}

// The end of the daemon's own log, from a whole line on.
std::string log_end(Context& context, const std::string& path) {
  auto text = context.files().read_file(path, kLogFileBytesMax);
  if (!text) return text.error().message;
  if (text->size() <= kLogBytesMax) return *std::move(text);
  const std::size_t begin = text->find('\n', text->size() - kLogBytesMax);
  return text->substr(begin == std::string::npos ? text->size() : begin + 1);
}

std::optional<config::Config> local_config(Context& context) {
  const auto text =
      context.files().read_file(config_path(context.daemon, context.env()), kConfigBytesMax);
  return text ? config::parse(*text).config : std::nullopt;
}

void write_masked(base::JsonWriter& out, const rapidjson::Value& value,
                  const base::SecretMask& secrets) {
  const auto masked = [&](const rapidjson::Value& text) {
    std::string copy(base::json_text(text));
    secrets.apply(copy);
    return copy;
  };
  if (value.IsString()) {
    out.value(masked(value));
  } else if (value.IsObject()) {
    out.begin_object();
    for (const auto& member : value.GetObject()) {
      out.key(masked(member.name));
      write_masked(out, member.value, secrets);
    }
    out.end_object();
  } else if (value.IsArray()) {
    out.begin_array();
    for (const auto& item : value.GetArray()) write_masked(out, item, secrets);
    out.end_array();
  } else {
    out.raw(base::to_json(value));
  }
}

}  // namespace

std::string without_secrets(const std::string& json, const base::SecretMask& secrets) {
  std::string text;
  const auto document = base::parse_document(json, {kBundleBytesMax, base::JsonWriter::kDepthMax});
  if (!document) {
    base::JsonWriter out(text);
    add_error(out, document.error());
    return text;
  }
  text.reserve(json.size());
  base::JsonWriter out(text);
  write_masked(out, *document, secrets);
  return text;
}

std::string support_bundle(Context& context) {
  const auto dir = data_dir(context.daemon, context.env(), context.files());
  const auto config = local_config(context);
  std::vector<std::string> secrets;
  if (config) secrets = config::secret_texts(*config, context.env());
  const auto key =
      dir ? context.files().read_file(security::path_in(*dir, security::kApiKeyFile), 4096)
          : dir.error();
  if (key) secrets.push_back(key->substr(0, key->find('\n')));
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().field("version", MCPTRUNK_VERSION);
  out.raw_field("doctor", report_json(examine(context)));
  const auto status = context.get("status");
  add_answer(out, "status", status);
  if (status) {
    add_answer(out, "config", context.get("config"));
    add_answer(out, "groups", context.get("groups"));
    const auto servers = context.get("servers");
    add_servers(out, context, servers ? *servers : "{}");
    add_events(out, context);
  } else if (config) {
    out.raw_field("config", config::to_json(config::redacted(*config)));
  }
  const std::string log = config ? config->logging.filename : config::LoggingConfig{}.filename;
  out.field("daemon_log",
            dir ? log_end(context, fmt::format("{}/logs/{}", *dir, log)) : dir.error().message)
      .end_object();
  return without_secrets(text, base::SecretMask(secrets));
}

}  // namespace proxy::cli
