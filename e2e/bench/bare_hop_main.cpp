// bare_hop: the least a proxy can do, as the measure for ours: HTTP -> a line to a stdio child ->
// a line back -> HTTP. No JSON work, no ids: a child answers in order. Writes are batched per loop
// turn. Bodies must be one line; requests go to the children in turn.
#include <fmt/format.h>
#include <llhttp.h>
#include <sys/resource.h>
#include <uv.h>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"

namespace {

constexpr std::string_view kHandshake =
    R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18",)"
    R"("capabilities":{},"clientInfo":{"name":"bare_hop","version":"1"}}})"
    "\n"
    R"({"jsonrpc":"2.0","method":"notifications/initialized"})"
    "\n";

std::array<char, 1U << 16> g_read_buffer;  // of whichever stream reads

void lend_buffer(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
  *buffer = uv_buf_init(g_read_buffer.data(), static_cast<unsigned>(g_read_buffer.size()));
}

[[noreturn]] void stop_with(std::string_view doing, int error) {
  fmt::print(stderr, "bare_hop: cannot {}: {}\n", doing, uv_strerror(error));
  std::exit(1);
}

// Bytes for one stream, written once at the end of the turn.
class Outbox {
 public:
  Outbox(base::Loop& loop, uv_stream_t* stream) : loop_(loop), stream_(stream) {}

  std::string& text() {
    loop_.turn().schedule(hook_);
    return text_;
  }

 private:
  struct Write {
    uv_write_t request;
    std::string bytes;
  };

  void flush() {
    const uv_buf_t all = uv_buf_init(text_.data(), static_cast<unsigned>(text_.size()));
    const int written = uv_try_write(stream_, &all, 1);
    if (written == static_cast<int>(text_.size()) || (written < 0 && written != UV_EAGAIN)) {
      text_.clear();
      return;
    }
    const std::size_t done = written > 0 ? static_cast<std::size_t>(written) : 0;
    auto* write = new Write{.request = {}, .bytes = text_.substr(done)};
    text_.clear();
    write->request.data = write;
    const uv_buf_t rest =
        uv_buf_init(write->bytes.data(), static_cast<unsigned>(write->bytes.size()));
    uv_write(&write->request, stream_, &rest, 1,
             [](uv_write_t* request, int) { delete static_cast<Write*>(request->data); });
  }

  base::Loop& loop_;
  uv_stream_t* stream_;
  std::string text_;
  base::EndOfTurn<Outbox, &Outbox::flush> hook_{*this};
};

struct Client;

class Child {
 public:
  Child(base::Loop& loop, std::vector<std::string>& command);
  void send(std::string_view line, Client* client) {
    waiting_.push_back(client);
    outbox_.text().append(line).append("\n");
  }

 private:
  void on_read(ssize_t count, const char* bytes);
  void on_line(std::string_view line);

  uv_process_t process_{};
  uv_pipe_t in_{};
  uv_pipe_t out_{};
  Outbox outbox_;
  std::string partial_;
  std::deque<Client*> waiting_;
  bool shaken_hands_ = false;
};

struct Hop {
  base::Loop loop{1};
  llhttp_settings_t settings{};
  std::vector<std::unique_ptr<Child>> children;
  std::size_t next_child = 0;
};
Hop* g_hop = nullptr;  // set once in main(), before the loop runs

struct Client {
  explicit Client(Hop& hop_of_all) : hop(hop_of_all), outbox(hop_of_all.loop, stream()) {
    uv_tcp_init(hop.loop.uv(), &socket);
    socket.data = this;
    llhttp_init(&parser, HTTP_REQUEST, &hop.settings);
    parser.data = this;
  }
  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&socket); }

  void on_request() {
    ++in_flight;
    hop.children[hop.next_child]->send(body, this);
    hop.next_child = hop.next_child + 1 == hop.children.size() ? 0 : hop.next_child + 1;
    body.clear();
  }
  void on_answer(std::string_view line) {
    --in_flight;
    if (gone) {
      if (in_flight == 0 && closed) delete this;
      return;
    }
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), line.size()).ptr;
    std::string& out = outbox.text();
    out.append("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ");
    out.append(digits.data(), end).append("\r\n\r\n").append(line);
  }
  void close() {
    gone = true;
    uv_close(reinterpret_cast<uv_handle_t*>(&socket), [](uv_handle_t* handle) {
      auto* client = static_cast<Client*>(handle->data);
      client->closed = true;
      if (client->in_flight == 0) delete client;
    });
  }

  Hop& hop;
  uv_tcp_t socket{};
  Outbox outbox;
  llhttp_t parser{};
  std::string body;
  int in_flight = 0;
  bool gone = false;
  bool closed = false;
};

Child::Child(base::Loop& loop, std::vector<std::string>& command)
    : outbox_(loop, reinterpret_cast<uv_stream_t*>(&in_)) {
  uv_pipe_init(loop.uv(), &in_, 0);
  uv_pipe_init(loop.uv(), &out_, 0);
  std::array<uv_stdio_container_t, 3> stdio{};
  stdio[0].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_READABLE_PIPE);
  stdio[0].data.stream = reinterpret_cast<uv_stream_t*>(&in_);
  stdio[1].flags = static_cast<uv_stdio_flags>(UV_CREATE_PIPE | UV_WRITABLE_PIPE);
  stdio[1].data.stream = reinterpret_cast<uv_stream_t*>(&out_);
  stdio[2].flags = UV_INHERIT_FD;
  stdio[2].data.fd = 2;
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (std::string& argument : command) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  uv_process_options_t options{};
  options.file = arguments.front();
  options.args = arguments.data();
  options.stdio = stdio.data();
  options.stdio_count = static_cast<int>(stdio.size());
  options.exit_cb = [](uv_process_t*, std::int64_t status, int signal) {
    fmt::print(stderr, "bare_hop: a child ended, status {} signal {}\n", status, signal);
    std::exit(1);
  };
  const int error = uv_spawn(loop.uv(), &process_, &options);
  if (error != 0) stop_with("start " + command.front(), error);
  out_.data = this;
  uv_read_start(reinterpret_cast<uv_stream_t*>(&out_), lend_buffer,
                [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
                  static_cast<Child*>(stream->data)->on_read(count, buffer->base);
                });
  outbox_.text().append(kHandshake);
}

void Child::on_read(ssize_t count, const char* bytes) {
  if (count <= 0) return;
  std::string_view rest(bytes, static_cast<std::size_t>(count));
  for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos;) {
    if (partial_.empty()) {
      on_line(rest.substr(0, end));
    } else {
      partial_.append(rest.substr(0, end));
      on_line(partial_);
      partial_.clear();
    }
    rest.remove_prefix(end + 1);
  }
  partial_.append(rest);
}

void Child::on_line(std::string_view line) {
  if (!shaken_hands_) {
    shaken_hands_ = true;
    return;
  }
  if (waiting_.empty()) return;
  Client* client = waiting_.front();
  waiting_.pop_front();
  client->on_answer(line);
}

void on_connection(uv_stream_t* listener, int status) {
  if (status != 0) return;
  auto* client = new Client(*g_hop);
  if (uv_accept(listener, client->stream()) != 0) {
    client->close();
    return;
  }
  uv_tcp_nodelay(&client->socket, 1);
  uv_read_start(client->stream(), lend_buffer,
                [](uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
                  auto* self = static_cast<Client*>(stream->data);
                  if (count < 0 || llhttp_execute(&self->parser, buffer->base,
                                                  static_cast<std::size_t>(count)) != HPE_OK) {
                    self->close();
                  }
                });
}

int listen(base::Loop& loop, uv_tcp_t& listener) {
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_init(loop.uv(), &listener);
  uv_tcp_bind(&listener, reinterpret_cast<const sockaddr*>(&address), 0);
  constexpr int kBacklog = 4096;
  const int error = uv_listen(reinterpret_cast<uv_stream_t*>(&listener), kBacklog, on_connection);
  if (error != 0) stop_with("listen", error);
  int length = sizeof address;
  uv_tcp_getsockname(&listener, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: bare_hop CHILDREN COMMAND [ARGUMENT...]\n");
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  Hop hop;
  g_hop = &hop;
  llhttp_settings_init(&hop.settings);
  hop.settings.on_body = [](llhttp_t* parser, const char* at, std::size_t length) {
    static_cast<Client*>(parser->data)->body.append(at, length);
    return 0;
  };
  hop.settings.on_message_complete = [](llhttp_t* parser) {
    static_cast<Client*>(parser->data)->on_request();
    return 0;
  };
  std::vector<std::string> command(argv + 2, argv + argc);
  for (int i = std::atoi(argv[1]); i > 0; --i) {
    hop.children.push_back(std::make_unique<Child>(hop.loop, command));
  }
  uv_tcp_t listener{};
  const int port = listen(hop.loop, listener);
  fmt::print("bare_hop ready on http://127.0.0.1:{}/\n", port);
  std::fflush(stdout);
  hop.loop.run();
  std::_Exit(0);  // children see the end of their input
}
