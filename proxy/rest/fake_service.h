// For tests: a daemon with one server, one tool and one group, whose late answers the test gives.
#pragma once
#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/rest/admin_service.h"

namespace proxy::rest {

class FakeService final : public AdminService {
 public:
  struct Held : RunningCall {
    explicit Held(int& cancelled) : cancelled_(cancelled) {}
    ~Held() override { cancelled_ += 1; }
    int& cancelled_;
  };

  DaemonStatus status() override {
    DaemonStatus status;
    status.version = "9";
    return status;
  }
  base::Result<void> readiness() override {
    if (ready) return base::kDone;
    return base::Error{base::ErrorCode::store_unavailable, "the disk is full", "make room"};
  }
  ServerList servers() override { return {{row()}, {1, 4}}; }
  base::Result<ServerDetail> server(std::string_view name) override {
    if (name != "git hub") return unknown(name);
    ServerDetail detail;
    detail.row = row();
    detail.config = R"({"name":"git hub"})";
    return detail;
  }
  base::Result<std::vector<ToolView>> server_tools(std::string_view name) override {
    if (name != "git hub") return unknown(name);
    return std::vector<ToolView>{tool_view()};
  }
  void server_log(std::string_view, std::uint32_t lines_max,
                  Answer<std::vector<std::string>> answer) override {
    answer(std::vector<std::string>{fmt::format("at most {}", lines_max)});
  }
  void act_on_server(std::string_view name, ServerAction action, config::Actor,
                     Answer<ServerActionAnswer> answer) override {
    log.push_back(fmt::format("{} {}", to_string(action), name));
    later.push_back([answer, name = std::string(name)] {
      ServerActionAnswer done;
      done.server = name;
      done.changed = true;
      answer(done);
    });
  }
  base::Result<ToolPage> tools(std::uint32_t limit, std::string_view cursor) override {
    log.push_back(fmt::format("tools {} {}", limit, cursor));
    return ToolPage{{tool_view()}, "next"};
  }
  base::Result<ToolView> tool(std::string_view id) override {
    if (id != "git hub:create/issue") return unknown(id);
    return tool_view();
  }
  base::Result<SearchAnswer> search(const SearchRequest& request) override {
    log.push_back(fmt::format("search {} {} {} {}", request.query, request.limit, request.server,
                              request.read_only));
    SearchAnswer answer;
    answer.found.total = 1;
    search::Hit hit;
    hit.score = 1.5F;
    if (request.explain) {
      hit.explanation.emplace();
      hit.explanation->terms.push_back({"make", "creat", search::Reason::synonym, 0.5F, {0.5F}});
    }
    answer.found.hits.push_back(std::move(hit));
    answer.found.respelled.push_back({"isue", "issue"});
    answer.tools.push_back(tool_view());
    return answer;
  }
  std::unique_ptr<RunningCall> call(ToolCall call, Answer<std::string_view> answer) override {
    log.push_back(fmt::format("call {} {}", call.id, call.arguments));
    if (answers_at_once) {
      answer(std::string_view(R"({"content":[]})"));
      return nullptr;
    }
    later.push_back([answer] { answer(std::string_view(R"({"content":[]})")); });
    return std::make_unique<Held>(calls_let_go);
  }
  base::Result<std::vector<storage::ActivityRecord>> activity(
      const storage::ActivityQuery& query) override {
    log.push_back(fmt::format("activity {} {} {} {}", query.before_sequence, query.limit,
                              query.server, query.failures_only));
    storage::ActivityRecord record;
    record.sequence = 41;
    record.server = "git hub";
    record.tool = "create/issue";
    record.success = false;
    record.code = "MCPT_DEADLINE_EXCEEDED";
    record.duration_us = 1500;
    if (!query.server.empty() && query.server != record.server) {
      return std::vector<storage::ActivityRecord>{};
    }
    return std::vector{record};
  }
  GroupList groups() override { return {{}, {1, 4}}; }
  void act_on_group(std::string_view name, GroupAction action, config::Actor,
                    Answer<GroupActionAnswer> answer) override {
    log.push_back(fmt::format("{} group {}", to_string(action), name));
    GroupActionAnswer done;
    done.group = name;
    done.failed.push_back({"a", {base::ErrorCode::io_error, "disk", ""}});
    answer(done);
  }
  base::Result<GroupDetail> group(std::string_view name) override {
    if (name != "db") return unknown(name);
    GroupDetail detail;
    detail.row.name = "db";
    detail.etag[0] = 1;
    return detail;
  }
  void add_server(std::string_view json, config::Actor,
                  Answer<ServerActionAnswer> answer) override {
    log.push_back(fmt::format("add {}", json));
    answer(refusal ? base::Result<ServerActionAnswer>(*refusal) : done_for("new"));
  }
  void update_server(std::string_view name, std::string_view patch, const config::IfMatch& if_match,
                     config::Actor, Answer<ServerActionAnswer> answer) override {
    log.push_back(fmt::format("update {} {}{}", name, patch, matching(if_match)));
    answer(refusal ? base::Result<ServerActionAnswer>(*refusal) : done_for(name));
  }
  void remove_server(std::string_view name, const config::IfMatch& if_match, config::Actor,
                     Answer<void> answer) override {
    log.push_back(fmt::format("remove {}{}", name, matching(if_match)));
    answer(refusal ? base::Result<void>(*refusal) : base::kDone);
  }
  void add_group(GroupDraft draft, config::Actor, Answer<GroupActionAnswer> answer) override {
    log.push_back(fmt::format("add group {} below {} with {}", draft.group.name, draft.group.parent,
                              fmt::join(draft.members, "+")));
    answer(GroupActionAnswer{draft.group.name, 1, 0, {}, {}});
  }
  void update_group(std::string_view name, GroupChanges changes, const config::IfMatch& if_match,
                    config::Actor, Answer<GroupActionAnswer> answer) override {
    log.push_back(fmt::format("update group {} to {} below {}, {} + {} - {}{}", name,
                              changes.name.value_or("same"), changes.parent.value_or("same"),
                              fmt::join(changes.members.value_or(std::vector<std::string>{}), "+"),
                              fmt::join(changes.assign, "+"), fmt::join(changes.unassign, "+"),
                              matching(if_match)));
    answer(GroupActionAnswer{changes.name.value_or(std::string(name)), 1, 0, {}, {}});
  }
  void remove_group(std::string_view name, const config::IfMatch& if_match, config::Actor,
                    Answer<GroupActionAnswer> answer) override {
    log.push_back(fmt::format("remove group {}{}", name, matching(if_match)));
    answer(GroupActionAnswer{std::string(name), 0, 0, {}, {}});
  }
  ConfigView config() override { return {R"({"listen":"127.0.0.1:8080"})", {2}}; }
  void replace_config(config::Config config, const config::IfMatch& if_match,
                      Answer<ConfigChange> answer) override {
    log.push_back(
        fmt::format("replace config, {} servers{}", config.servers.size(), matching(if_match)));
    ConfigChange change;
    change.difference.servers_added = {"a"};
    change.difference.settings_changed = {config::Setting::listen};
    answer(change);
  }
  void backup(std::string name, Answer<std::string> answer) override {
    log.push_back("backup " + name);
    answer("/b/" + name);
  }

  void answer_all() {
    for (const auto& one : std::exchange(later, {})) one();
  }

  std::vector<std::string> log;
  std::vector<std::function<void()>> later;
  int calls_let_go = 0;
  bool ready = true;
  bool answers_at_once = false;
  std::optional<base::Error> refusal;  // what changes of servers are answered

 private:
  static std::string matching(const config::IfMatch& if_match) {
    return if_match ? " if " + config::to_hex(*if_match).substr(0, 4) : "";
  }
  static ServerActionAnswer done_for(std::string_view name) {
    ServerActionAnswer done;
    done.server = name;
    done.changed = true;
    return done;
  }
  static base::Error unknown(std::string_view name) {
    return {base::ErrorCode::not_found, fmt::format("there is no \"{}\"", name),
            "Did you mean git hub?"};
  }
  static ServerRow row() {
    ServerRow row;
    row.name = "git hub";
    row.state = upstream::State::ready;
    return row;
  }
  static ToolView tool_view() {
    return {"git hub", "create/issue", R"({"description":"d"})", upstream::State::ready};
  }
};

}  // namespace proxy::rest
