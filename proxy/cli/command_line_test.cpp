// How words become options and arguments: in every order, and every example of the help.
#include <catch2/catch.hpp>

#include "proxy/cli/command.h"
#include "proxy/cli/marked_words.h"
#include "proxy/cli/test_shell.h"

namespace proxy::cli {
namespace {

constexpr const char* kAdded =
    R"({"server":"a","action":"add","changed":true,"state":"queued","held_by":""})";

// What `servers add` sends for the words, without the path.
std::string added(std::vector<std::string> words) {
  Shell shell;
  shell.daemon.data("POST /api/v1/servers", {kAdded});
  words.insert(words.begin(), {"servers", "add"});
  if (shell.run(words) != 0) return shell.console.complained;
  const std::string request = shell.daemon.seen().back();
  return request.substr(request.find('{'));
}

// What a shell makes of a line. Nothing where it would not hand the words over as they stand.
std::optional<std::vector<std::string>> shell_words(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  bool in_word = false;
  char quote = 0;
  for (const char c : line) {
    if (quote == 0 && c == '>') break;
    const bool special = quote != '\'' && (c == '$' || c == '`' || c == '\\');
    const bool special_outside =
        quote == 0 && std::string_view("|&;<()*?[]#{}!").find(c) != std::string_view::npos;
    if (special || special_outside) return std::nullopt;
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      in_word = true;
    } else if (quote == 0 && c == ' ') {
      if (in_word) words.push_back(std::exchange(word, {}));
      in_word = false;
    } else {
      word += c;
      in_word = true;
    }
  }
  if (in_word) words.push_back(word);
  if (quote != 0) return std::nullopt;
  return words;
}

void add_examples(const CLI::App& command, std::vector<std::string>& examples) {
  const std::string footer = command.get_footer();
  std::string_view text = footer;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.starts_with("  mcptrunk ")) examples.emplace_back(line.substr(2));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  for (const CLI::App* below : command.get_subcommands({})) add_examples(*below, examples);
}

TEST_CASE("every example of the help is understood, as a shell hands it over") {
  TestConsole console;
  base::SimFileSystem files;
  std::vector<std::string> examples;
  {
    CLI::App app;
    Context context(console, environment({}), files);
    CommandLine line{app, context};
    add_everything(line);
    add_examples(app, examples);
  }
  CHECK(examples.size() > 40);
  for (const std::string& example : examples) {
    CAPTURE(example);
    auto words = shell_words(example);
    REQUIRE(words);
    CLI::App app;
    Context context(console, environment({}), files);
    CommandLine line{app, context};
    add_everything(line);
    words->erase(words->begin());
    std::vector<std::string> marked = marked_words(*words);
    std::ranges::reverse(marked);
    CHECK_NOTHROW(app.parse(std::move(marked)));
    CHECK(line.action);
  }
}

TEST_CASE("what stands behind -- is the server's, whichever option stands before it") {
  const std::vector<std::vector<std::string>> lasts{
      {"-e", "A=b"},         {"-eA=b"},      {"--env", "A=b"},
      {"--env=A=b"},         {"-H", "X: y"}, {"-g", "gb"},
      {"--tag", "t"},        {"--tag=t"},    {"--wait-timeout", "5"},
      {"--mode", "disabled"}};
  for (const auto& last : lasts) {
    CAPTURE(last);
    std::vector<std::string> words{"a"};
    words.insert(words.end(), last.begin(), last.end());
    words.insert(words.end(), {"--", "npx", "-y", "--tag", "u", "-e", "C=d", "--help", "--", "x"});
    const std::string sent = added(words);
    CHECK(sent.find(R"("command":"npx","args":["-y","--tag","u","-e","C=d","--help","--","x"])") !=
          std::string::npos);
    // The name may come last before --, too.
    words.erase(words.begin());
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(last.size()), "a");
    CHECK(added(words) == sent);
  }
}

TEST_CASE("an option takes one value, the words behind it are arguments") {
  const std::string url = R"("url":"http://h/mcp")";
  CHECK(added({"a", "-H", "X: y", "http://h/mcp"}) ==
        R"({"name":"a",)" + url + R"(,"headers":{"X":"y"}})");
  CHECK(added({"-e", "A=b", "a", "http://h/mcp"}) ==
        R"({"name":"a",)" + url + R"(,"env":{"A":"b"}})");
  CHECK(added({"-g", "x", "a", "-g", "y", "http://h/mcp", "--tag", "t"}) ==
        R"({"name":"a",)" + url + R"(,"groups":["x","y"],"tags":["t"]})");

  Shell shell;
  REQUIRE(shell.files.create_dirs("/c", 0700).ok());
  REQUIRE(shell.files.write_new("/c/f.json", R"({"mcpServers":{"a":{"command":"x"}}})", 0600).ok());
  shell.daemon.data("GET /api/v1/servers", {servers_data({})});
  CHECK(shell.run({"config", "import", "--only", "a", "/c/f.json"}) == 0);
  CHECK(shell.run({"config", "import", "-g", "gb", "/c/f.json"}) == 0);
  CHECK(shell.run({"groups", "add", "-s", "a", "name"}) == 7);  // by the daemon
  CHECK(shell.run({"events", "--type", "a", "b"}) == 2);
}

TEST_CASE("a word in brackets is that word") {
  CHECK(added({"a", "--tag", "[x,y]", "-e", "A=[b]", "--", "srv", "[1,2]", R"(["a"])", "[]", ""}) ==
        R"({"name":"a","command":"srv","args":["[1,2]","[\"a\"]","[]",""],"env":{"A":"[b]"},)"
        R"("tags":["[x,y]"]})");
  Shell shell;
  CHECK(shell.run({"status", "[x]"}) == 2);
  CHECK(shell.complained("\"[x]\""));
}

TEST_CASE("what stands behind -- is never an option of ours, and no option's value") {
  CHECK(added({"a", "npx", "--", "-y", "pkg", "--url", "u", "-o", "json"}) ==
        R"({"name":"a","command":"npx","args":["-y","pkg","--url","u","-o","json"]})");
  CHECK(added({"--", "a", "srv", "--wait"}) == R"({"name":"a","command":"srv","args":["--wait"]})");
  CHECK(added({"a", "--", "srv", "", "[1]", "--", "a b"}) ==
        R"({"name":"a","command":"srv","args":["","[1]","--","a b"]})");
  for (const char* option : {"-e", "--tag", "--description"}) {
    CAPTURE(option);
    const std::string said = added({"a", option, "--", "srv"});
    CHECK(said.find("no value stands before --") != std::string::npos);
  }
  Shell shell;
  CHECK(shell.run({"status", "--", "--url"}) == 2);
  CHECK(shell.complained("--url"));
}

TEST_CASE("a server may be called like a command") {
  CHECK(added({"list", "--", "list", "status"}) ==
        R"({"name":"list","command":"list","args":["status"]})");
}

}  // namespace
}  // namespace proxy::cli
