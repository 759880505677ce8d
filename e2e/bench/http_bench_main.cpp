// http_bench: the HTTP server alone, answering each call at once with its id: what the front of the
// proxy can take at most. Put load on it with load_generator --no-handshake.
#include <fmt/format.h>
#include <sys/resource.h>

#include <csignal>
#include <cstdio>

#include "proxy/http/server.h"

namespace {

class Answerer : public proxy::http::Handler {
 public:
  void on_request(proxy::http::Request& request, proxy::http::Exchange& exchange) override {
    const std::string_view body = request.body();
    const std::size_t at = body.find(R"("id":)");
    const std::string_view id =
        at == std::string_view::npos ? "\"id\":null" : body.substr(at, body.find(',', at) - at);
    const std::array<std::string_view, 3> parts{
        R"({"jsonrpc":"2.0",)", id, R"(,"result":{"content":[{"type":"text","text":"hello"}]}})"};
    exchange.respond(proxy::http::Status::ok, "application/json", parts);
  }
};

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  base::Loop loop(1);
  Answerer answerer;
  proxy::http::Server server(loop, {}, answerer);
  const auto endpoint = server.listen("127.0.0.1", 0);
  if (!endpoint) {
    fmt::print(stderr, "http_bench: {}\n", base::one_line(endpoint.error()));
    return 1;
  }
  fmt::print("http_bench ready on http://{}/\n", proxy::http::to_string(*endpoint));
  std::fflush(stdout);
  loop.run();
}
