#include "upstream/http/answer_verdict.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

using namespace std::chrono_literals;
using V = AnswerVerdict;

constexpr base::WallTime kNow{};

Asked request() {
  Asked asked;
  asked.at = *parse_url("https://api.example.com/mcp?key=secret");
  asked.expects_answer = true;
  return asked;
}

HttpEnd answer(int status, std::string content_type = "", bool answered = false) {
  HttpEnd end;
  end.head.status = status;
  end.head.content_type = std::move(content_type);
  end.answered = answered;
  return end;
}

TEST_CASE("every status of an answer has one meaning", "[http]") {
  struct Row {
    int status;
    bool answered;
    bool expects;
    V verdict;
  };
  for (const Row& row : {Row{200, true, true, V::deliver}, Row{200, false, true, V::failed},
                         Row{202, false, true, V::failed}, Row{202, false, false, V::over},
                         Row{200, false, false, V::over}, Row{204, false, false, V::over},
                         Row{400, true, true, V::deliver}, Row{400, false, true, V::failed},
                         Row{401, true, true, V::login}, Row{403, false, true, V::failed},
                         Row{404, true, true, V::deliver}, Row{404, false, true, V::failed},
                         Row{429, false, true, V::busy}, Row{500, false, true, V::failed},
                         Row{500, true, true, V::deliver}, Row{503, true, true, V::busy},
                         Row{304, false, true, V::failed}, Row{100, false, true, V::failed}}) {
    INFO(row.status << " " << row.answered);
    Asked asked = request();
    asked.expects_answer = row.expects;
    CHECK(judge(asked, answer(row.status, "application/json", row.answered), kNow).verdict ==
          row.verdict);
  }
}

TEST_CASE("404 means a lost session only when one was named", "[http]") {
  Asked asked = request();
  asked.named_session = true;
  CHECK(judge(asked, answer(404, "application/json", true), kNow).verdict == V::session_lost);
}

TEST_CASE("a login is told with its challenge", "[http]") {
  HttpEnd end = answer(403);
  end.head.authenticate = "Bearer error=\"insufficient_scope\"";
  const Judgement judged = judge(request(), end, kNow);
  CHECK(judged.verdict == V::login);
  CHECK(judged.failure.kind == FailureKind::auth_required);
  CHECK(judged.failure.message.find("insufficient_scope") != std::string::npos);
}

TEST_CASE("a busy server is left alone for as long as it says", "[http]") {
  HttpEnd end = answer(503);
  CHECK(judge(request(), end, kNow).failure.retry_after == base::Duration(5s));
  end.head.retry_after = "40";
  CHECK(judge(request(), end, kNow).failure.retry_after == base::Duration(40s));
}

TEST_CASE("redirects stay at one origin and keep the message", "[http]") {
  const auto redirected = [](int status, std::string location) {
    HttpEnd end = answer(status);
    end.head.location = std::move(location);
    return judge(request(), end, kNow);
  };
  const Judgement slash = redirected(307, "/mcp/");
  CHECK(slash.verdict == V::redirect);
  CHECK(slash.location->target == "/mcp/");
  CHECK_FALSE(slash.moved_for_good);
  CHECK(redirected(308, "/x").moved_for_good);
  CHECK(redirected(302, "https://api.example.com/x").verdict == V::redirect);
  for (const auto& [status, location] :
       std::vector<std::pair<int, std::string>>{{303, "/x"},
                                                {307, ""},
                                                {307, "http://api.example.com/mcp"},
                                                {307, "https://evil.example.com/mcp"},
                                                {307, "//evil.example.com"}}) {
    INFO(location);
    const Judgement refused = redirected(status, location);
    CHECK(refused.verdict == V::failed);
    CHECK(refused.failure.kind == FailureKind::http_status);
  }
}

TEST_CASE("a stream without its answer is resumed when it can be", "[http]") {
  HttpEnd end = answer(200, "text/event-stream", true);
  end.streamed = true;
  CHECK(judge(request(), end, kNow).verdict == V::over);
  end.answered = false;
  CHECK(judge(request(), end, kNow).verdict == V::failed);
  end.last_event_id = "7";
  CHECK(judge(request(), end, kNow).verdict == V::resume);
  end.fault = HttpFault::cut;
  CHECK(judge(request(), end, kNow).verdict == V::resume);
  Asked notification = request();
  notification.expects_answer = false;
  CHECK(judge(notification, end, kNow).verdict == V::over);
}

TEST_CASE("every fault has its kind, a sentence and a remedy, and no secret", "[http]") {
  struct Row {
    HttpFault fault;
    V verdict;
    FailureKind kind;
  };
  for (const Row& row :
       {Row{HttpFault::unresolved, V::unreachable, FailureKind::network},
        Row{HttpFault::refused, V::unreachable, FailureKind::network},
        Row{HttpFault::connect_timeout, V::unreachable, FailureKind::connect_timeout},
        Row{HttpFault::tls, V::unreachable, FailureKind::network},
        Row{HttpFault::cut, V::failed, FailureKind::network},
        Row{HttpFault::internal, V::failed, FailureKind::network},
        Row{HttpFault::internal, V::failed, FailureKind::network}}) {
    HttpEnd end;
    end.fault = row.fault;
    end.detail = "the detail";
    const Judgement judged = judge(request(), end, kNow);
    CHECK(judged.verdict == row.verdict);
    CHECK(judged.failure.kind == row.kind);
    CHECK(judged.failure.message.find("api.example.com") != std::string::npos);
    CHECK(judged.failure.message.find("secret") == std::string::npos);
    CHECK_FALSE(judged.failure.remedy.empty());
  }
  HttpEnd large;
  large.fault = HttpFault::too_large;
  CHECK(judge(request(), large, kNow).verdict == V::oversized);
  CHECK(judge(request(), large, kNow).failure.message.find("over the message size limit") !=
        std::string::npos);
}

TEST_CASE("a web page is no MCP server", "[http]") {
  HttpEnd end = answer(200, "text/html");
  end.body = "<html>";
  const Judgement judged = judge(request(), end, kNow);
  CHECK(judged.failure.kind == FailureKind::protocol_error);
  CHECK(judged.failure.message.find("text/html") != std::string::npos);
}

}  // namespace
}  // namespace upstream
