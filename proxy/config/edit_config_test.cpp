// Whole configurations written back, patches of single entries, and what they were made for.
#include <catch2/catch.hpp>

#include "base/sim_file_system.h"
#include "proxy/config/config_file.h"
#include "proxy/config/edit.h"
#include "proxy/config/parser.h"
#include "proxy/config/redaction.h"
#include "proxy/config/to_json.h"

namespace proxy::config {
namespace {

using base::ErrorCode;

constexpr std::string_view kText = R"({
  // the port of the office
  "listen": "127.0.0.1:9000",
  "read_only_mode": false,
  "api_key": "sesame",
  "groups": [
    {"name": "ops", "color": "red"}, // ours
    {"name": "db", "parent": "ops"}
  ],
  "mcpServers": {
    "github": {"command": "gh", "env": {"TOKEN": "t0"}, "groups": ["db"]}, // main
    "files": {"command": "fs", "later": 1}
  }
}
)";

Config config_of(std::string_view text) {
  auto config = config_or_error(parse(text));
  if (!config) FAIL(base::one_line(config.error()));
  return std::move(config).value();
}

GroupConfig group(std::string name, std::string parent) {
  GroupConfig out;
  out.name = std::move(name);
  out.parent = std::move(parent);
  return out;
}

// The text after all edits, or the error of the first that fails.
base::Result<std::string> edited(std::string text, const std::vector<Edit>& edits) {
  for (const Edit& edit : edits) {
    auto next = apply_edit(text, edit);
    if (!next) return next;
    text = std::move(next).value();
  }
  return text;
}

std::string made_into(std::string_view text, const Config& to) {
  const auto edits = edits_between(config_of(text), to);
  if (!edits) FAIL(base::one_line(edits.error()));
  const auto out = edited(std::string(text), *edits);
  if (!out) FAIL(base::one_line(out.error()));
  return *out;
}

ErrorCode refused(const Edit& edit) {
  const auto out = apply_edit(kText, edit);
  REQUIRE(!out);
  CHECK(!out.error().remedy.empty());
  return out.error().code;
}

TEST_CASE("what was shown can be written back and changes no byte", "[config]") {
  CHECK(made_into(kText, redacted(config_of(kText))) == kText);
}

TEST_CASE("a whole configuration changes only what differs", "[config]") {
  Config to = redacted(config_of(kText));
  to.listen.port = 0;
  to.require_mcp_auth = true;
  to.local_users = LocalUsers::all;
  to.servers[0].args = {"stdio"};
  to.servers.erase(to.servers.begin() + 1);
  ServerConfig added;
  added.name = "new";
  added.command = "n";
  added.groups = {"late"};
  to.servers.push_back(added);
  to.groups.push_back(group("late", "db"));
  std::swap(to.groups[0].parent, to.groups[1].parent);  // db above ops now
  to.groups[0].parent = "db";
  const std::string out = made_into(kText, to);
  const Config after = config_of(out);
  CHECK(after == unredacted(to, config_of(kText)).value());
  CHECK(out.find("// the port of the office") != std::string::npos);
  CHECK(out.find("// main") != std::string::npos);
  CHECK(out.find("t0") != std::string::npos);
  CHECK(out.find("later") == std::string::npos);
}

TEST_CASE("a group that is no longer declared keeps its members", "[config]") {
  Config to = config_of(kText);
  to.groups[1].declared = false;
  to.groups[1].parent.clear();
  const Config after = config_of(made_into(kText, to));
  CHECK(after.find_server("github")->groups == std::vector<std::string>{"db"});
  CHECK_FALSE(after.find_group("db")->declared);
}

TEST_CASE("stars stand for a secret that is there, nowhere else", "[config]") {
  Config to = redacted(config_of(kText));
  to.servers[1].env["KEY"] = "***";
  CHECK(edits_between(config_of(kText), to).error().code == ErrorCode::invalid_argument);
  to = redacted(config_of(kText));
  to.limits.redis_url = "redis://:***@h";
  CHECK(edits_between(config_of(kText), to).error().code == ErrorCode::invalid_argument);
  to = redacted(config_of(kText));
  to.servers[0].name = "other";
  CHECK(edits_between(config_of(kText), to).error().code == ErrorCode::invalid_argument);
}

TEST_CASE("a patch of a server keeps the rest of its text", "[config]") {
  const auto out = apply_edit(
      kText, PatchServer{"files", R"({"args": ["/tmp"], "groups": ["ops"]})", std::nullopt});
  REQUIRE(out);
  CHECK(out->find("\"later\": 1") != std::string::npos);
  CHECK(config_of(*out).find_server("files")->args == std::vector<std::string>{"/tmp"});
}

TEST_CASE("a change made for another text of the entry is refused", "[config]") {
  const Config config = config_of(kText);
  const ContentHash github = entry_hash(*config.find_server("github"));
  const ContentHash db = entry_hash(config, *config.find_group("db"));
  const ContentHash other = entry_hash(*config.find_server("files"));
  CHECK(apply_edit(kText, PatchServer{"github", R"({"description": "d"})", github}).ok());
  CHECK(apply_edit(kText, RemoveServer{"github", github}).ok());
  CHECK(apply_edit(kText, RemoveGroup{"db", db}).ok());
  CHECK(refused(PatchServer{"github", "{}", other}) == ErrorCode::config_changed);
  CHECK(refused(RemoveServer{"github", other}) == ErrorCode::config_changed);
  CHECK(refused(RemoveGroup{"db", other}) == ErrorCode::config_changed);
  CHECK(refused(PatchGroup{"db", "d", {}, {}, {}, other}) == ErrorCode::config_changed);
  const auto joined = apply_edit(kText, AssignServers{{"files"}, "db"});
  CHECK(entry_hash(config_of(*joined), *config_of(*joined).find_group("db")) != db);
}

TEST_CASE("what does not exist, or makes no sense, is refused with a remedy", "[config]") {
  const Edit edits[] = {PatchServer{"files", R"({"groups": ["nix"]})", {}},
                        PatchServer{"nix", "{}", {}},
                        PatchGroup{"nix", "d", {}, {}, {}, {}},
                        PatchGroup{"db", {}, "nix", {}, {}, {}},
                        AddGroup{group("g", "nix")},
                        SetMembers{{"nix"}, "db"},
                        SetMembers{{"files"}, "nix"}};
  for (const Edit& edit : edits) CHECK(refused(edit) == ErrorCode::not_found);
  CHECK(refused(PatchServer{"files", R"({"comand": "x"})", {}}) == ErrorCode::invalid_argument);
  CHECK(refused(PatchServer{"files", "[]", {}}) == ErrorCode::invalid_argument);
  CHECK(refused(PatchServer{"files", R"({"env": {"A": "***"}})", {}}) ==
        ErrorCode::invalid_argument);
}

TEST_CASE("the members of a group become those named", "[config]") {
  const auto out = apply_edit(kText, SetMembers{{"files"}, "db"});
  REQUIRE(out);
  CHECK(config_of(*out).find_server("github")->groups.empty());
  CHECK(config_of(*out).find_server("files")->groups == std::vector<std::string>{"db"});
}

TEST_CASE("a circle of parents is refused by the write", "[config]") {
  base::SimFileSystem files;
  REQUIRE(files.create_dirs("/c", 0700));
  REQUIRE(files.write_new("/c/f.json", kText, 0600));
  const auto write = prepare_write(
      files, "/c/f.json", std::vector<Edit>{PatchGroup{"ops", {}, "db", {}, {}, {}}}, {}, 1);
  REQUIRE(!write);
  CHECK(write.error().code == ErrorCode::config_invalid);
  CHECK(write.error().message.find("circle") != std::string::npos);
  CHECK(write.error().message.find("line") == std::string::npos);
}

TEST_CASE("the first change makes the file when there is none", "[config]") {
  base::SimFileSystem files;
  REQUIRE(files.create_dirs("/home", 0700));
  ServerConfig server;
  server.name = "a";
  server.command = "x";
  const auto write =
      prepare_write(files, "/home/.m/c.json", std::vector<Edit>{AddServer{server}}, {}, 1);
  REQUIRE(write);
  REQUIRE(commit_write(files, *write).result);
  CHECK(config_of(*files.read_file("/home/.m/c.json", 1000)).find_server("a") != nullptr);
  CHECK(files.stat("/home/.m/c.json")->mode == 0600);
}

TEST_CASE("a file that cannot be replaced names the edit to make", "[config]") {
  base::SimFileSystem files;
  REQUIRE(files.create_dirs("/c", 0700));
  REQUIRE(files.write_new("/c/f.json", kText, 0400));
  const auto write =
      prepare_write(files, "/c/f.json", std::vector<Edit>{RemoveServer{"files"}}, {}, 1);
  REQUIRE(!write);
  CHECK(write.error().code == ErrorCode::config_read_only);
  CHECK(write.error().remedy.find("remove server \"files\"") != std::string::npos);
}

}  // namespace
}  // namespace proxy::config
