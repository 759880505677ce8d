#include "search/tool_index.h"

#include <catch2/catch.hpp>
#include <random>

namespace search {
namespace {

ToolDocument tool(std::string name, std::string description,
                  std::vector<std::string> parameters = {}) {
  ToolDocument document;
  document.name = std::move(name);
  document.description = std::move(description);
  document.parameter_names = std::move(parameters);
  return document;
}

void put(ToolIndex& index, std::string server, std::vector<ToolDocument> tools) {
  REQUIRE(index.replace({std::move(server), "", {}}, tools).ok());
}

std::string best(const ToolIndex& index, std::string_view text) {
  const auto answer = index.find({.text = text});
  return answer.hits.empty() ? "" : answer.hits[0].server + ":" + answer.hits[0].tool;
}

std::string ids(const SearchAnswer& answer) {
  std::string out;
  for (const Hit& hit : answer.hits) out += hit.server + ":" + hit.tool + " ";
  return out;
}

void fill(ToolIndex& index) {
  put(index, "github",
      {tool("create_issue", "Create a new issue in a GitHub repository",
            {"owner", "repo", "title"}),
       tool("list_pull_requests", "List and filter repository pull requests", {"owner", "repo"}),
       tool("search_code", "Search for code across repositories", {"q"})});
  put(index, "files",
      {tool("read_file", "Read the complete contents of a file from disk", {"path"}),
       tool("write_file", "Create a new file or overwrite an existing one", {"path", "content"}),
       tool("list_directory", "List all entries of a directory", {"path"})});
  put(index, "slack", {tool("postMessage", "Send a message to a channel", {"channel", "text"})});
}

TEST_CASE("plain words find the tool") {
  ToolIndex index;
  fill(index);
  CHECK(best(index, "read a file") == "files:read_file");
  CHECK(best(index, "open a new issue on github") == "github:create_issue");
  CHECK(best(index, "send message to a slack channel") == "slack:postMessage");
  CHECK(best(index, "pull requests of a repository") == "github:list_pull_requests");
}

TEST_CASE("synonyms and abbreviations find what the tool calls otherwise") {
  ToolIndex index;
  fill(index);
  CHECK(best(index, "show my PRs") == "github:list_pull_requests");
  CHECK(best(index, "what is in this folder") == "files:list_directory");
  ToolIndex bare({}, Lexicon{});
  fill(bare);
  CHECK(best(bare, "folder") != "files:list_directory");
}

TEST_CASE("a user's synonyms apply without indexing anew") {
  ToolIndex index;
  fill(index);
  CHECK(best(index, "zorp") != "slack:postMessage");
  auto lexicon = Lexicon::builtin().extended("same: zorp, message");
  REQUIRE(lexicon.ok());
  index.set_lexicon(std::move(lexicon).value());
  CHECK(best(index, "zorp") == "slack:postMessage");
}

TEST_CASE("misspelt words and beginnings of words are understood") {
  ToolIndex index;
  fill(index);
  CHECK(best(index, "read fiel contnets") == "files:read_file");
  CHECK(best(index, "direc") == "files:list_directory");
  const auto answer = index.find({.text = "list directroy"});
  REQUIRE(answer.respelled.size() == 1);
  CHECK(answer.respelled[0].taken_for == "directori");
}

TEST_CASE("the beginning of a common word is not taken for a rare one") {
  ToolIndex index;
  std::vector<ToolDocument> tools{tool("requeue", "Puts the job back")};
  for (const char* what : {"merge", "review", "approve", "close"}) {
    tools.push_back(tool(std::string(what) + "_request", "Works on one request"));
  }
  put(index, "hub", std::move(tools));
  CHECK(best(index, "reque") != "hub:requeue");
  CHECK(best(index, "merge reque") == "hub:merge_request");
  CHECK(best(index, "requeu") == "hub:requeue");
}

TEST_CASE("an id is found first, whatever the words say") {
  ToolIndex index;
  fill(index);
  for (const char* text : {"files:write_file", " files__write_file ", "\"files:write_file\""}) {
    const auto answer = index.find({.text = text});
    REQUIRE_FALSE(answer.hits.empty());
    CHECK(answer.hits[0].tool == "write_file");
    CHECK(answer.hits[0].exact);
  }
  put(index, "a__b", {tool("c__d", "x")});
  CHECK(best(index, "a__b__c__d") == "a__b:c__d");
}

TEST_CASE("a query that names a server gets that server's tools") {
  ToolIndex index;
  for (const char* server : {"notion", "linear", "trello", "jira"}) {
    put(index, server, {tool("search", "Search for items"), tool("create_item", "Create an item")});
  }
  CHECK(best(index, "search linear") == "linear:search");
  CHECK(best(index, "create something in jira") == "jira:create_item");
  const auto answer = index.find({.text = "trello", .limit = 2});
  CHECK(ids(answer) == "trello:create_item trello:search ");
}

TEST_CASE("a server whose other tools fit as well is preferred") {
  ToolIndex index;
  put(index, "a", {tool("add_label", "Add a label")});
  put(index, "b",
      {tool("add_label", "Add a label"), tool("email_list", "List emails of the mailbox")});
  CHECK(best(index, "add a label to an email") == "b:add_label");
}

TEST_CASE("a tool named for another kind of act ranks lower") {
  ToolIndex index;
  put(index, "kv", {tool("delete_value", "Value of a key"), tool("get_value", "Value of a key")});
  CHECK(best(index, "erase the value of a key") == "kv:delete_value");
  CHECK(best(index, "look at the value of a key") == "kv:get_value");
}

TEST_CASE("numbers, versions and abbreviations are words") {
  ToolIndex index;
  put(index, "x",
      {tool("resize_s3_bucket", "S3 bucket"), tool("python_3.11_run", "Run Python 3.11"),
       tool("python_3.12_run", "Run Python 3.12"), tool("list_prs", "Open PRs")});
  CHECK(best(index, "s3") == "x:resize_s3_bucket");
  CHECK(best(index, "python 3.12") == "x:python_3.12_run");
  CHECK(best(index, "pr") == "x:list_prs");
}

TEST_CASE("text of other languages is found in its own words") {
  ToolIndex index;
  put(index, "bilibili",
      {tool("search", "\u641c\u7d22\u89c6\u9891"), tool("user", "\u67e5\u8be2\u7528\u6237")});
  put(index, "correos", {tool("enviar", "Env\u00eda un mensaje a tel\u00e9fono")});
  put(index, "pochta",
      {tool("otpravka",
            "\u041e\u0442\u043f\u0440\u0430\u0432\u0438\u0442\u044c "
            "\u043f\u0438\u0441\u044c\u043c\u043e")});
  CHECK(best(index, "\u89c6\u9891") == "bilibili:search");
  CHECK(best(index, "TELEFONO") == "correos:enviar");
  CHECK(best(index, "\u041f\u0418\u0421\u042c\u041c\u041e") == "pochta:otpravka");
}

TEST_CASE("servers with tools are named, hidden and empty ones are not") {
  ToolIndex index;
  fill(index);
  index.set_availability("never_listed", Availability::ready);
  index.set_availability("slack", Availability::hidden);
  CHECK(index.server_names() == std::vector<std::string>{"files", "github"});
}

TEST_CASE("filters act before the limit") {
  ToolIndex index;
  fill(index);
  auto reader = tool("peek_file", "Read a file");
  reader.read_only = true;
  put(index, "other", {reader});
  CHECK(ids(index.find({.text = "file", .limit = 1, .read_only = true})) == "other:peek_file ");
  CHECK(ids(index.find({.text = "file", .limit = 1, .server = "other"})) == "other:peek_file ");
  ServerSet scope;
  scope.insert("other");
  scope.insert("slack");
  const auto scoped = index.find({.text = "file message", .allowed = &scope});
  CHECK(scoped.total == 2);
  CHECK(index.find({.text = "other:peek_file", .server = "files"}).hits.size() < 4);
}

TEST_CASE("hidden servers are never found, failing ones rank lower") {
  ToolIndex index;
  put(index, "one", {tool("send_mail", "Send a mail")});
  put(index, "two", {tool("send_mail", "Send a mail now")});
  const auto before = index.find({.text = "send mail"});
  CHECK(before.hits[0].server == "one");
  index.set_availability("one", Availability::failing);
  const auto failing = index.find({.text = "send mail"});
  CHECK(ids(failing) == "two:send_mail one:send_mail ");
  CHECK(failing.hits[1].availability == Availability::failing);
  index.set_availability("one", Availability::hidden);
  CHECK(ids(index.find({.text = "send mail"})) == "two:send_mail ");
  CHECK(ids(index.find({.text = "one:send_mail"})).find("one:") == std::string::npos);
  CHECK(ids(index.find({.text = ""})) == "two:send_mail ");
}

TEST_CASE("a new generation replaces the old one whole") {
  ToolIndex index;
  fill(index);
  put(index, "files", {tool("zebra", "Stripes")});
  CHECK(best(index, "zebra") == "files:zebra");
  put(index, "files", {tool("stat_file", "Size and times of a file")});
  CHECK(index.tool_count() == 5);
  CHECK(best(index, "read the complete contents of a file") == "files:stat_file");
  CHECK(best(index, "zebra").empty());
  put(index, "files", {});
  CHECK(index.tool_count() == 4);
  CHECK(best(index, "sizes").empty());
}

TEST_CASE("any history of generations gives the answers of a fresh index") {
  std::mt19937 random(7);
  const std::vector<std::string> verbs{"read",   "write", "list", "delete",
                                       "search", "send",  "merge"};
  const std::vector<std::string> nouns{"file",   "issue", "message", "table",
                                       "branch", "user",  "image",   "event"};
  const auto some = [&](const auto& from) { return from[random() % from.size()]; };
  const auto generation = [&] {
    std::vector<ToolDocument> tools;
    for (std::size_t i = random() % 30; i > 0; --i) {
      const std::string name = some(verbs) + "_" + some(nouns) + "_" + std::to_string(i);
      tools.push_back(tool(name, some(verbs) + " the " + some(nouns) + " of a " + some(nouns)));
    }
    return tools;
  };
  ToolIndex churned;
  std::vector<std::vector<ToolDocument>> now(12);
  for (int round = 0; round < 600; ++round) {  // enough rows for several compactions
    const std::size_t server = random() % now.size();
    now[server] = generation();
    put(churned, "server" + std::to_string(server), now[server]);
  }
  ToolIndex fresh;
  for (std::size_t server = 0; server < now.size(); ++server)
    put(fresh, "server" + std::to_string(server), now[server]);
  CHECK(churned.tool_count() == fresh.tool_count());
  for (const std::string& verb : verbs) {
    for (const std::string& noun : nouns) {
      // The second half is misspelt or unfinished: only the dictionary can tell what it means.
      const bool whole = noun.size() % 2 == 0;
      const std::string text = verb + " the " + (whole ? noun : noun.substr(0, 3));
      const auto a = churned.find({.text = text, .limit = 50});
      const auto b = fresh.find({.text = text, .limit = 50});
      REQUIRE(ids(a) == ids(b));
      REQUIRE(a.total == b.total);
    }
  }
  CHECK(churned.bytes() < 3 * fresh.bytes());
}

TEST_CASE("the explanation adds up to the score") {
  ToolIndex index;
  fill(index);
  index.set_prior("files", "read_file", 1.0F);
  const auto answer = index.find({.text = "read fiel, show folder", .explain = true});
  REQUIRE(answer.hits.size() > 2);
  for (const Hit& hit : answer.hits) {
    REQUIRE(hit.explanation.has_value());
    const Explanation& e = *hit.explanation;
    float sum = e.clause + e.server + e.coverage + e.act;
    for (const TermShare& share : e.terms) {
      sum += share.score;
      float fields = 0.0F;
      for (const float field : share.fields) fields += field;
      CHECK(fields == Approx(share.score).epsilon(0.001));
    }
    CHECK(sum * (1.0F + e.prior) * e.factor == Approx(hit.score).epsilon(0.001));
  }
}

TEST_CASE("use is a small bonus that decides between equals only") {
  ToolIndex index;
  put(index, "a", {tool("send_mail", "Send a mail")});
  put(index, "b", {tool("send_mail", "Send a mail")});
  put(index, "c", {tool("mail_box", "Everything else")});
  index.set_prior("b", "send_mail", 1.0F);
  index.set_prior("c", "mail_box", 1.0F);
  index.set_prior("c", "no_such_tool", 1.0F);
  CHECK(ids(index.find({.text = "send mail"})) == "b:send_mail a:send_mail c:mail_box ");
}

TEST_CASE("identical tools of many servers do not fill the page") {
  ToolIndex index;
  for (int i = 0; i < 20; ++i)
    put(index, "fetcher" + std::to_string(i), {tool("fetch", "Fetch a page")});
  put(index, "other", {tool("fetch_image", "Fetch an image of a page")});
  const auto answer = index.find({.text = "fetch page", .limit = 10});
  CHECK(answer.hits.size() == 5);
  CHECK(answer.hits[0].twins_omitted == 16);
  CHECK(answer.total == 21);
}

TEST_CASE("a query without words lists tools by server") {
  ToolIndex index;
  fill(index);
  for (const char* text : {"", "   ", "?!. --", "\x01\x02", "\xff"}) {
    const auto answer = index.find({.text = text, .limit = 4});
    CHECK(answer.kind == AnswerKind::listing);
    CHECK(answer.total == 7);
    CHECK(ids(answer) ==
          "files:read_file files:write_file files:list_directory github:create_issue ");
  }
  CHECK(index.find({.text = "the of and"}).kind == AnswerKind::listing);
}

TEST_CASE("limits of any size are taken") {
  ToolIndex index;
  fill(index);
  const auto none = index.find({.text = "file", .limit = 0});
  CHECK(none.hits.empty());
  CHECK(none.total > 0);
  CHECK(index.find({.text = "file", .limit = 4'000'000'000U}).hits.size() == none.total);
  CHECK(index.find({.text = "files:read_file", .limit = 0}).hits.empty());
}

TEST_CASE("long and strange queries end well") {
  ToolIndex index;
  fill(index);
  std::string words;
  while (words.size() < 10'000) words += "read the file, list directories and send messages; ";
  CHECK_FALSE(index.find({.text = words}).hits.empty());
  CHECK(index.find({.text = std::string(10'000, 'q')}).kind == AnswerKind::listing);
  CHECK(best(index, "read this file: " + std::string(5000, 'A')) == "files:read_file");
  std::string binary;
  for (int i = 0; i < 2000; ++i) binary += static_cast<char>(i * 37);
  index.find({.text = binary});
  ToolIndex empty;
  CHECK(empty.find({.text = "anything"}).total == 0);
  CHECK(empty.find({.text = ""}).total == 0);
}

TEST_CASE("random bytes in tools and queries break nothing") {
  std::mt19937 random(11);
  const std::vector<std::string> pieces{"read",
                                        "File",
                                        "_",
                                        "-",
                                        ".",
                                        "'",
                                        "/",
                                        ":",
                                        "__",
                                        " ",
                                        "\n",
                                        "\xff",
                                        "\xc3",
                                        "\u00e9",
                                        "\u6587\u4ef6",
                                        "\u0e01\u0e33",
                                        "\U0001F600",
                                        "URLs",
                                        "9",
                                        "a.md",
                                        "/root/x.pdf",
                                        "https://x.y",
                                        "Args:",
                                        std::string("\0", 1),
                                        "e\u0301"};
  const auto some_text = [&] {
    std::string text;
    for (std::size_t i = random() % 30; i > 0; --i) text += pieces[random() % pieces.size()];
    return text;
  };
  ToolIndex index;
  for (int round = 0; round < 80; ++round) {
    std::vector<ToolDocument> tools;
    for (std::size_t i = random() % 5; i > 0; --i) {
      tools.push_back(tool("n" + some_text(), some_text(), {some_text(), some_text()}));
      tools.back().parameter_texts = {some_text()};
    }
    const std::string server = "s" + std::to_string(random() % 9) + some_text().substr(0, 3);
    REQUIRE(index.replace({server, some_text(), {some_text()}}, tools).ok());
    for (int i = 0; i < 5; ++i) {
      const std::string text = some_text();
      const auto answer = index.find({.text = text, .limit = 20, .explain = true});
      REQUIRE(answer.hits.size() <= 20);
      REQUIRE(answer.hits.size() <= answer.total);
      for (std::size_t h = 1; h < answer.hits.size(); ++h) {
        REQUIRE(answer.hits[h - 1].score >= answer.hits[h].score);
      }
    }
  }
}

TEST_CASE("a tool beyond the limits is refused and nothing changes") {
  ToolIndex index;
  fill(index);
  const std::vector<ToolDocument> huge{tool("x", std::string(ToolIndex::kTextBytesMax + 1, 'x'))};
  const std::vector<ToolDocument> nameless{tool("", "x")};
  CHECK_FALSE(index.replace({"files", "", {}}, huge).ok());
  CHECK_FALSE(index.replace({"files", "", {}}, nameless).ok());
  CHECK_FALSE(index.replace({"", "", {}}, {}).ok());
  CHECK(best(index, "read a file") == "files:read_file");
}

TEST_CASE("file names and paths speak by their ending") {
  ToolIndex index;
  put(index, "office",
      {tool("get_document_text", "Text of a Word document"),
       tool("read_sheet", "Rows of an Excel sheet")});
  put(index, "root",
      {tool("root_info", "About root"), tool("exchange_rate", "Exchange rate of a currency")});
  CHECK(best(index, "what does /root/word/exchange.docx say") == "office:get_document_text");
  CHECK(best(index, "/root/data/sales.xlsx") == "office:read_sheet");
}

}  // namespace
}  // namespace search
