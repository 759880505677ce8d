// `mcptrunk events`.
#include <fmt/format.h>

#include "protocol/sse.h"
#include "proxy/cli/command.h"
#include "proxy/cli/events_view.h"
#include "proxy/cli/json_view.h"

namespace proxy::cli {
namespace {

struct Options {
  bool follow = false;
  bool calls = false;
  std::string since;
  std::vector<std::string> types;
  std::vector<std::string> servers;
  std::vector<std::string> groups;
};

std::string target_of(const Options& options) {
  std::string target = fmt::format("/events?follow={}", options.follow);
  if (!options.since.empty()) {
    target += "&after=" + percent_encoded(options.since);
  } else if (!options.follow) {
    target += "&replay=all";
  }
  const auto add = [&](const char* name, const std::vector<std::string>& values) {
    for (const std::string& value : values) {
      target += fmt::format("&{}={}", name, percent_encoded(value));
    }
  };
  add("type", options.types);
  add("server", options.servers);
  add("group", options.groups);
  if (options.calls) target += "&calls=true";
  return target;
}

ExitCode watch(Context& context, const Options& options) {
  const auto client = context.client();
  if (!client) return context.fail(client.error());
  protocol::SseDecoder decoder;
  base::Result<void> readable = base::kDone;
  const auto ended = (*client)->stream(target_of(options), [&](std::string_view bytes) {
    std::vector<protocol::SseEvent> events;
    readable = decoder.feed(bytes, events);
    for (const protocol::SseEvent& event : events) {
      context.console().out(context.format == Format::json
                                ? event.data + "\n"
                                : render_event(event.data, context.console().screen()));
    }
    return readable.ok();
  });
  if (!readable) return context.fail(readable.error());
  if (!ended) return context.fail(ended.error());
  if (!options.follow) return ExitCode::ok;
  return context.fail({base::ErrorCode::connection_lost, "the daemon ended the stream of events",
                       "it may be restarting: mcptrunk status"});
}

// What a line tells beside time, type and server.
std::string details_of(const rapidjson::Value& event) {
  std::string text;
  const std::string from = text_of(event, "from");
  const std::string to = text_of(event, "to");
  if (!to.empty()) text = fmt::format("{} -> {}", from, to);
  for (const auto& member : event.GetObject()) {
    const std::string_view name = base::json_text(member.name);
    if (name == "id" || name == "type" || name == "time" || name == "server" || name == "groups" ||
        name == "from" || name == "to") {
      continue;
    }
    const std::string value = member.value.IsString() ? std::string(base::json_text(member.value))
                                                      : base::to_json(member.value);
    if (value.empty()) continue;
    if (!text.empty()) text += "  ";
    text += name == "reason" ? value : fmt::format("{}={}", name, value);
  }
  return text;
}

}  // namespace

std::string render_event(std::string_view json, const Screen& screen) {
  const auto event = base::parse_document(json);
  if (!event || !event->IsObject()) return one_clean_line(json) + "\n";
  const std::string server = text_of(*event, "server");
  const std::string id = text_of(*event, "id");  // calls have none
  const std::string origin = fmt::format("{:<8}  {}", id.empty() ? "-" : one_clean_line(id),
                                         time_text(text_of(*event, "time")));
  const std::string lead = toned(origin, Tone::dim, screen) + "  " +
                           toned(one_clean_line(text_of(*event, "type")), Tone::strong, screen);
  return fmt::format("{}  {}{}\n", lead, server.empty() ? "" : one_clean_line(server) + "  ",
                     one_clean_line(details_of(*event)));
}

void add_events_command(CommandLine& line) {
  auto options = std::make_shared<Options>();
  CLI::App* command = line.add(line.app, "events", "What happened, and with --follow what happens",
                               "mcptrunk events --follow --server github");
  command->add_flag("-f,--follow", options->follow, "Go on with what happens from now on");
  command
      ->add_option("--since", options->since, "Only events after this id, the first word of a line")
      ->option_text("ID");
  line.add_repeated(command, "--type", options->types, "Only this type")->option_text("TYPE");
  line.takes(line.add_repeated(command, "--server", options->servers, "Only about this server")
                 ->option_text("NAME"),
             Values::servers);
  line.takes(line.add_repeated(command, "--group", options->groups, "Only about this group")
                 ->option_text("NAME"),
             Values::groups);
  command->add_flag("--calls", options->calls, "Calls too, as they end");
  line.on(command, [&context = line.context, options] { return watch(context, *options); });
}

}  // namespace proxy::cli
