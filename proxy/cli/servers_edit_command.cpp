// `mcptrunk servers add`, `update` and `remove`.
#include <fmt/format.h>

#include "base/shell_word.h"
#include "proxy/cli/address_word.h"
#include "proxy/cli/command.h"
#include "proxy/cli/json_option.h"
#include "proxy/cli/json_view.h"
#include "proxy/cli/servers_view.h"
#include "proxy/cli/wait.h"

namespace proxy::cli {
namespace {

struct Options {
  std::string name;
  std::vector<std::string> command;  // with its arguments
  std::string url;
  std::vector<std::string> env;
  std::vector<std::string> headers;
  std::vector<std::string> groups;
  std::vector<std::string> tags;
  std::string description;
  std::string working_dir;
  std::string protocol;
  std::string mode;
  std::string json;
  bool wait = false;
  std::int64_t wait_seconds = kWaitDefault.count();
};

base::Error bad(std::string message, std::string remedy) {
  return {base::ErrorCode::invalid_argument, std::move(message), std::move(remedy)};
}

std::string trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(' ') - begin + 1));
}

// "NAME=VALUE" or "Name: value" as members of an object.
base::Result<void> write_pairs(base::JsonWriter& out, std::string_view field, char separator,
                               const std::vector<std::string>& pairs, std::string_view example) {
  if (pairs.empty()) return base::kDone;
  out.key(field).begin_object();
  std::vector<std::string> names;
  for (const std::string& pair : pairs) {
    const std::size_t at = pair.find(separator);
    std::string name = trimmed(std::string_view(pair).substr(0, at));
    if (at == std::string::npos || name.empty()) {
      return bad(fmt::format("\"{}\" has no name and value", pair),
                 fmt::format("write it like {}", example));
    }
    if (std::ranges::find(names, name) != names.end()) {
      return bad(fmt::format("{} is given twice", name), "give it once");
    }
    const std::string_view value = std::string_view(pair).substr(at + 1);
    out.field(name, separator == ':' ? trimmed(value) : std::string(value));
    names.push_back(std::move(name));
  }
  out.end_object();
  return base::kDone;
}

void write_list(base::JsonWriter& out, std::string_view field,
                const std::vector<std::string>& values) {
  if (values.empty()) return;
  out.key(field).begin_array();
  for (const std::string& value : values) out.value(value);
  out.end_array();
}

void write_text(base::JsonWriter& out, std::string_view field, const std::string& value) {
  if (!value.empty()) out.field(field, value);
}

// One word that is a URL stands for --server-url.
bool is_url(const Options& options) {
  return options.command.size() == 1 && options.url.empty() &&
         address_kind_of(options.command.front()) == AddressKind::url;
}

// An address must not become a program that cannot be started. All behind "--" is a program.
base::Result<void> check_command(const Options& options, std::size_t words_behind) {
  if (options.command.size() <= words_behind) return base::kDone;
  const std::string& word = options.command.front();
  const AddressKind kind = address_kind_of(word);
  if (kind == AddressKind::unusable) {
    return bad(
        fmt::format("\"{}\" is no http or https URL", word),
        fmt::format("write one like http://127.0.0.1:3000/mcp; or, if it is a program: -- {}",
                    word));
  }
  if (kind == AddressKind::url && !is_url(options)) {
    return bad(fmt::format("more than the URL {} is given", word),
               "give it alone; with a command that is started for it, as --server-url");
  }
  return base::kDone;
}

// The fields that were given, as the configuration has them. `name` is left out when it is empty.
base::Result<std::string> fields_of(const Options& options, const std::string& name) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object();
  write_text(out, "name", name);
  if (is_url(options)) {
    out.field("url", options.command.front());
  } else if (!options.command.empty()) {
    out.field("command", options.command.front());
    write_list(out, "args", {options.command.begin() + 1, options.command.end()});
  }
  write_text(out, "url", options.url);
  write_text(out, "protocol", options.protocol);
  if (auto done = write_pairs(out, "env", '=', options.env, "--env TOKEN=abc"); !done) {
    return std::move(done).error();
  }
  const auto headers = write_pairs(out, "headers", ':', options.headers,
                                   "--header 'Authorization: Bearer ${TOKEN}'");
  if (!headers) return headers.error();
  write_text(out, "working_dir", options.working_dir);
  write_text(out, "description", options.description);
  write_text(out, "startup_mode", options.mode);
  write_list(out, "groups", options.groups);
  write_list(out, "tags", options.tags);
  out.end_object();
  return text;
}

// The entry with the name of the command line in it.
base::Result<std::string> named_entry(const std::string& name, std::string_view json) {
  auto document = base::parse_document(json);
  if (!document) return document.error();
  const auto given = base::json_string(*document, "name");
  if (given && *given != name) {
    return bad(fmt::format("--json is about \"{}\", not \"{}\"", *given, name),
               "leave the name out of it");
  }
  if (!given) {
    document->AddMember(rapidjson::StringRef("name"),
                        rapidjson::Value(name, document->GetAllocator()), document->GetAllocator());
  }
  return base::to_json(*document);
}

// `servers add NAME --url URL` is what many write first.
base::Error url_is_the_daemons(std::string_view action, const std::string& name) {
  return bad("--url names the daemon, not where the server listens",
             fmt::format("write it like: mcptrunk servers {} {} --server-url "
                         "https://docs.example.com/mcp",
                         action, base::shell_word(name)));
}

base::Result<std::string> json_of(Context& context, const Options& options) {
  const auto beside = fields_of(options, {});
  if (!beside || *beside != "{}") {
    return bad("--json and other fields are given", "write all of them into --json, or none");
  }
  return json_object_option(context, "--json", options.json,
                            R"('{"command":"npx","args":["-y","a-server"]}')");
}

base::Result<std::string> entry_of(Context& context, const Options& options) {
  if (!options.json.empty()) {
    const auto json = json_of(context, options);
    return json ? named_entry(options.name, *json) : json;
  }
  if (options.command.empty() && options.url.empty()) {
    if (!context.daemon.url.empty()) return url_is_the_daemons("add", options.name);
    return bad("neither a command nor a URL is given",
               "write it like: mcptrunk servers add files -- npx -y "
               "@modelcontextprotocol/server-filesystem /tmp");
  }
  return fields_of(options, options.name);
}

base::Result<std::string> changes_of(Context& context, const Options& options) {
  auto changes = options.json.empty() ? fields_of(options, {}) : json_of(context, options);
  if (changes && *changes == "{}") {
    if (!context.daemon.url.empty()) return url_is_the_daemons("update", options.name);
    return bad(fmt::format("it is not said what to change of {}", options.name),
               "write it like: mcptrunk servers update " + options.name +
                   " --json '{\"connect_timeout\":\"2m\"}'");
  }
  return changes;
}

ExitCode wait_for_one(Context& context, const Options& options, const std::string& answer) {
  const auto document = base::parse_document(answer, Context::kDataLimits);
  const Goal goal = document ? goal_of_mode(text_of(*document, "startup_mode")) : Goal::running;
  const auto outcome =
      wait_for(context, goal, {options.name}, std::chrono::seconds(options.wait_seconds));
  if (!outcome) return context.fail(outcome.error());
  if (outcome->missed.empty()) {
    if (context.format == Format::table) context.console().out(options.name + ": reached\n");
    return ExitCode::ok;
  }
  return context.fail({base::ErrorCode::internal, one_line(outcome->missed.front()),
                       fmt::format("mcptrunk servers why \"{}\"", options.name)});
}

ExitCode show_and_wait(Context& context, const Options& options,
                       const base::Result<std::string>& answer) {
  const ExitCode shown = context.present(answer, render_server_action);
  return shown == ExitCode::ok && options.wait ? wait_for_one(context, options, *answer) : shown;
}

ExitCode add(Context& context, const Options& options, std::size_t words_behind) {
  if (const auto good = check_command(options, words_behind); !good) {
    return context.fail(good.error());
  }
  const auto body = entry_of(context, options);
  if (!body) return context.fail(body.error());
  return show_and_wait(context, options, context.post("servers", *body));
}

ExitCode update(Context& context, const Options& options, std::size_t words_behind) {
  if (const auto good = check_command(options, words_behind); !good) {
    return context.fail(good.error());
  }
  const auto body = changes_of(context, options);
  if (!body) return context.fail(body.error());
  return show_and_wait(context, options,
                       context.patch("servers/" + percent_encoded(options.name), *body));
}

std::string render_removed(const rapidjson::Value& data, const Screen&) {
  return one_clean_line(text_of(data, "server")) + ": removed\n";
}

// What add and update take alike.
void add_fields(CommandLine& line, CLI::App* command, const std::shared_ptr<Options>& options) {
  command
      ->add_option("command", options->command, "A URL, or after -- the program and its arguments")
      ->option_text("[URL | -- COMMAND...]");
  command->add_option("--server-url", options->url, "Where it listens, when it is not a command")
      ->option_text("URL");
  line.add_repeated(command, "-e,--env", options->env, "A variable")->option_text("NAME=VALUE");
  line.add_repeated(command, "-H,--header", options->headers, "A header")
      ->option_text("\"NAME: VALUE\"");
  line.takes(line.add_repeated(command, "-g,--group", options->groups, "A group it joins")
                 ->option_text("GROUP"),
             Values::groups);
  line.add_repeated(command, "--tag", options->tags, "A tag")->option_text("TAG");
  command->add_option("--description", options->description, "What it is for")->option_text("TEXT");
  command->add_option("--working-dir", options->working_dir, "Where it runs")->option_text("DIR");
  command->add_option("--protocol", options->protocol, "stdio, http, streamable-http, sse or auto")
      ->option_text("WORD");
  command->add_option("--mode", options->mode, "active, lazy_loading, disabled or quarantined")
      ->option_text("WORD");
  command->add_option("--json", options->json, "The entry or its changes: JSON, @FILE or - (stdin)")
      ->option_text("JSON");
  command->add_flag("--wait", options->wait, "Wait until it runs, or has stopped");
  command->add_option("--wait-timeout", options->wait_seconds, "Seconds to wait (60)")
      ->check(CLI::Range(1, 3600).description(""))
      ->option_text("SECONDS");
}

}  // namespace

void add_server_edits(CommandLine& line, CLI::App& servers) {
  auto options = std::make_shared<Options>();
  CLI::App* command = line.add(
      servers, "add", "Add a server to the configuration",
      "mcptrunk servers add github --env GITHUB_TOKEN=abc -- npx -y @acme/github-mcp\n"
      "  mcptrunk servers add docs https://docs.example.com/mcp --group web\n"
      "  mcptrunk servers add files --json '{\"command\":\"files\",\"idle_timeout\":\"5m\"}'");
  command->add_option("name", options->name, "Its name")->required()->option_text("NAME");
  add_fields(line, command, options);
  line.on(command, [&line, options] { return add(line.context, *options, line.words_behind); });

  auto changes = std::make_shared<Options>();
  CLI::App* change = line.add(
      servers, "update", "Change a server in the configuration: what is given, the rest stays",
      "mcptrunk servers update github --env GITHUB_TOKEN=abc --wait\n"
      "  mcptrunk servers update docs -H 'Authorization: Bearer ${TOKEN}'\n"
      "  mcptrunk servers update files --json '{\"connect_timeout\":\"2m\",\"tags\":null}'");
  line.takes(
      change->add_option("name", changes->name, "The server")->required()->option_text("NAME"),
      Values::servers);
  add_fields(line, change, changes);
  line.on(change, [&line, changes] { return update(line.context, *changes, line.words_behind); });

  auto name = std::make_shared<std::string>();
  CLI::App* remove = line.add(servers, "remove", "Take a server out of the configuration",
                              "mcptrunk servers remove github");
  line.takes(remove->add_option("name", *name, "The server")->required()->option_text("NAME"),
             Values::servers);
  line.on(remove, [&context = line.context, name] {
    return context.present(context.remove("servers/" + percent_encoded(*name)), render_removed);
  });
}

}  // namespace proxy::cli
