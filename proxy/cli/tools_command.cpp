// `mcptrunk tools ...`.
#include <fmt/format.h>

#include "protocol/members.h"
#include "proxy/cli/command.h"
#include "proxy/cli/tools_view.h"

namespace proxy::cli {
namespace {

struct SearchOptions {
  std::vector<std::string> words;
  std::uint32_t limit = 15;
  std::string server;
  std::string group;
  bool read_only = false;
  bool explain = false;
};

std::string search_path(const SearchOptions& options) {
  std::string query;
  for (const std::string& word : options.words) query += (query.empty() ? "" : " ") + word;
  std::string path =
      fmt::format("index/search?q={}&limit={}", percent_encoded(query), options.limit);
  if (!options.server.empty()) path += "&server=" + percent_encoded(options.server);
  if (!options.group.empty()) path += "&group=" + percent_encoded(options.group);
  if (options.read_only) path += "&read_only=true";
  if (options.explain) path += "&explain=true";
  return path;
}

struct Page {
  std::string elements;  // of `tools`, without the brackets
  std::string next_cursor;
};

base::Result<Page> read_page(const std::string& data) {
  Page page;
  const auto fault = protocol::for_each_member(data, [&](const protocol::JsonMember& member) {
    if (member.key_is("tools") && member.kind == protocol::JsonKind::array) {
      page.elements = member.value.substr(1, member.value.size() - 2);
    }
    if (member.key_is("next_cursor") && member.kind == protocol::JsonKind::string) {
      page.next_cursor = member.text();
    }
    return true;
  });
  if (protocol::ok(fault)) return page;
  return base::Error{
      base::ErrorCode::protocol_error, "the daemon's list of tools is not readable", {}};
}

// All pages as one: elements stay as the daemon sent them.
base::Result<std::string> all_tools(Context& context) {
  constexpr int kPagesMax = 10'000;
  std::string elements;
  std::string cursor;
  for (int i = 0; i < kPagesMax; ++i) {
    std::string path = "tools?limit=500";
    if (!cursor.empty()) path += "&cursor=" + percent_encoded(cursor);
    const auto data = context.get(path);
    if (!data) return data.error();
    auto page = read_page(*data);
    if (!page) return page.error();
    if (!elements.empty() && !page->elements.empty()) elements += ',';
    elements += page->elements;
    cursor = page->next_cursor;
    if (cursor.empty()) break;
  }
  return fmt::format("{{\"tools\":[{}],\"next_cursor\":\"\"}}", elements);
}

void add_list(CommandLine& line, CLI::App& tools) {
  auto server = std::make_shared<std::string>();
  CLI::App* command = line.add(tools, "list", "All tools, or those of one server",
                               "mcptrunk tools list --server github");
  line.takes(command->add_option("--server", *server, "Only this server's")->option_text("NAME"),
             Values::servers);
  line.on(command, [&context = line.context, server] {
    const auto data = server->empty()
                          ? all_tools(context)
                          : context.get(fmt::format("servers/{}/tools", percent_encoded(*server)));
    return context.present(data, render_tools);
  });
}

void add_search(CommandLine& line, CLI::App& tools) {
  auto options = std::make_shared<SearchOptions>();
  CLI::App* command = line.add(tools, "search", "Find tools by what they do",
                               "mcptrunk tools search create an issue --limit 5");
  command->add_option("query", options->words, "Words; none: all tools, by server")
      ->option_text("WORDS...");
  command->add_option("--limit", options->limit, "At most so many (15)")
      ->check(CLI::Range(1, 100).description(""))
      ->option_text("N");
  line.takes(
      command->add_option("--server", options->server, "Only this server's")->option_text("NAME"),
      Values::servers);
  line.takes(
      command->add_option("--group", options->group, "Only this group's")->option_text("NAME"),
      Values::groups);
  command->add_flag("--read-only", options->read_only, "Only tools that change nothing");
  command->add_flag("--explain", options->explain, "Show what each word gave to the score");
  line.on(command, [&context = line.context, options] {
    return context.present(context.get(search_path(*options)), render_search);
  });
}

void add_show(CommandLine& line, CLI::App& tools) {
  auto id = std::make_shared<std::string>();
  CLI::App* command = line.add(tools, "show", "One tool with its schemas",
                               "mcptrunk tools show github:create_issue");
  command->add_option("id", *id, "The tool")->required()->option_text("SERVER:TOOL");
  line.on(command, [&context = line.context, id] {
    return context.present(context.get("tools/" + percent_encoded(*id)), render_tool);
  });
}

}  // namespace

void add_tools_command(CommandLine& line) {
  CLI::App* tools =
      line.add(line.app, "tools", "Find and look at tools", "mcptrunk tools search read a file");
  tools->require_subcommand(1);
  add_search(line, *tools);
  add_list(line, *tools);
  add_show(line, *tools);
}

}  // namespace proxy::cli
