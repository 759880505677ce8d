#include "e2e/bench/load.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <memory>
#include <utility>

#include "base/unique_fd.h"
#include "e2e/bench/call_text.h"
#include "e2e/bench/event_reader.h"
#include "e2e/bench/response_reader.h"

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kAnswerTimeMax(30);
constexpr std::size_t kReadBytes = 1U << 18;

struct Connection {
  base::UniqueFd socket;
  std::string head;     // of its calls
  std::string request;  // in flight
  std::size_t sent = 0;
  std::string partial;         // an answer of which more must come
  base::UniqueFd stream;       // with SSE: where the answers come
  std::string stream_partial;  // an event of which more must come
  std::uint64_t id = 0;
  std::size_t next_tool = 0;
  Clock::time_point started{};
  bool busy = false;
};

double thread_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

base::Error network_error(std::string_view doing) {
  return {base::ErrorCode::network, fmt::format("Cannot {}: {}.", doing, std::strerror(errno)), ""};
}

class Load {
 public:
  explicit Load(const LoadPlan& plan)
      : plan_(plan), tails_(call_tails(plan)), connections_(plan.connections) {}

  base::Result<LoadReport> run();

 private:
  base::Result<void> open(Connection& connection, std::size_t number);
  // What epoll gives back: the connection's place, and in the lowest bit whether it is its stream.
  std::uint64_t mark_of(const Connection& connection, bool is_stream) const {
    return static_cast<std::uint64_t>(&connection - connections_.data()) << 1U |
           (is_stream ? 1U : 0U);
  }
  base::Result<base::UniqueFd> dial() const;
  base::Result<void> watch(int descriptor, Connection& connection, bool is_stream);
  base::Result<void> shake_hands(Connection& connection);
  base::Result<void> shake_hands_sse(Connection& connection);
  base::Result<std::string> wait_for_event(Connection& connection, std::string_view event);
  base::Result<void> ask(Connection& connection, const std::string& request, Response& response);

  void start_call(Connection& connection);
  void send_more(Connection& connection);
  void on_ready(Connection& connection);
  void on_stream_ready(Connection& connection);
  void on_accepted(Connection& connection, std::string_view bytes);
  void on_answer(Connection& connection, Response& response);
  void on_body(Connection& connection, std::string_view body);
  void fail(std::string_view why);
  void drop(Connection& connection, std::string_view why);
  void turn(std::chrono::milliseconds wait);
  void run_phase(Clock::time_point until, std::uint64_t calls_max);

  const LoadPlan& plan_;
  std::vector<CallTail> tails_;
  std::vector<Connection> connections_;
  base::UniqueFd epoll_;
  std::array<char, kReadBytes> read_buffer_;
  Response response_;
  LoadReport report_;
  std::uint64_t next_id_ = kFirstId;
  std::uint64_t answered_ = 0;  // in this phase
  std::size_t in_flight_ = 0;
  std::size_t alive_ = 0;
  bool measuring_ = false;
  bool sending_ = true;
};

base::Result<base::UniqueFd> Load::dial() const {
  base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int descriptor = socket.get();
  if (descriptor < 0) return network_error("open a socket");
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(plan_.port);
  if (::inet_pton(AF_INET, plan_.host.c_str(), &address.sin_addr) != 1) {
    return base::Error{base::ErrorCode::invalid_argument,
                       "The host \"" + plan_.host + "\" is not an IPv4 address.", ""};
  }
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return network_error(fmt::format("connect to {}:{}", plan_.host, plan_.port));
  }
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

base::Result<void> Load::watch(int descriptor, Connection& connection, bool is_stream) {
  ::fcntl(descriptor, F_SETFL, O_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = mark_of(connection, is_stream);
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) {
    return network_error("watch a socket");
  }
  return base::kDone;
}

base::Result<void> Load::open(Connection& connection, std::size_t number) {
  auto socket = dial();
  if (!socket) return socket.error();
  connection.socket = std::move(*socket);
  connection.next_tool = number % tails_.size();
  if (plan_.sse) {
    if (auto done = shake_hands_sse(connection); !done) return done;
    if (auto done = watch(connection.stream.get(), connection, true); !done) return done;
  } else if (plan_.handshake) {
    if (auto done = shake_hands(connection); !done) return done;
  } else {
    connection.head = call_head(plan_, "");
  }
  if (auto done = watch(connection.socket.get(), connection, false); !done) return done;
  ++alive_;
  return base::kDone;
}

base::Result<std::string> Load::wait_for_event(Connection& connection, std::string_view event) {
  while (true) {
    std::string_view bytes = connection.stream_partial;
    if (const auto data = take_event(bytes, event)) {
      std::string found(*data);
      connection.stream_partial.erase(0, connection.stream_partial.size() - bytes.size());
      return found;
    }
    const ssize_t count =
        ::recv(connection.stream.get(), read_buffer_.data(), read_buffer_.size(), 0);
    if (count <= 0) return network_error("receive from the event stream");
    connection.stream_partial.append(read_buffer_.data(), static_cast<std::size_t>(count));
  }
}

base::Result<void> Load::shake_hands_sse(Connection& connection) {
  auto stream = dial();
  if (!stream) return stream.error();
  connection.stream = std::move(*stream);
  const std::string request = stream_request(plan_);
  if (::send(connection.stream.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return network_error("send");
  }
  auto endpoint = wait_for_event(connection, "endpoint");
  if (!endpoint) return endpoint.error();
  LoadPlan posts = plan_;
  posts.path = *std::move(endpoint);
  Response response;
  if (auto asked = ask(connection, initialize_request(posts), response); !asked) return asked;
  const auto greeting = wait_for_event(connection, "message");
  if (!greeting) return greeting.error();
  if (response.status != 202 || greeting->find(R"("result")") == std::string::npos) {
    return base::Error{
        base::ErrorCode::protocol_error,
        fmt::format("initialize was answered {}: {}", response.status, greeting->substr(0, 300)),
        ""};
  }
  if (auto asked = ask(connection, initialized_request(posts, ""), response); !asked) return asked;
  connection.head = call_head(posts, "");
  connection.partial.clear();
  return base::kDone;
}

base::Result<void> Load::shake_hands(Connection& connection) {
  Response response;
  auto asked = ask(connection, initialize_request(plan_), response);
  if (!asked) return asked;
  if (response.status != 200 || response.body.find(R"("result")") == std::string_view::npos) {
    return base::Error{base::ErrorCode::protocol_error,
                       fmt::format("initialize was answered {}: {}", response.status,
                                   response.body.substr(0, 300)),
                       ""};
  }
  const std::string session_id(header_value(response.head, "mcp-session-id"));
  asked = ask(connection, initialized_request(plan_, session_id), response);
  if (!asked) return asked;
  if (response.status != 202) {
    return base::Error{base::ErrorCode::protocol_error,
                       fmt::format("initialized was answered {}", response.status), ""};
  }
  connection.head = call_head(plan_, session_id);
  connection.partial.clear();
  return base::kDone;
}

// Blocking. The response views connection.partial, until the next call.
base::Result<void> Load::ask(Connection& connection, const std::string& request,
                             Response& response) {
  const int descriptor = connection.socket.get();
  if (::send(descriptor, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    return network_error("send");
  }
  connection.partial.clear();
  while (true) {
    const ssize_t count = ::recv(descriptor, read_buffer_.data(), read_buffer_.size(), 0);
    if (count <= 0) return network_error("receive the answer to the handshake");
    connection.partial.append(read_buffer_.data(), static_cast<std::size_t>(count));
    const Reading reading = read_response(connection.partial, response);
    if (reading == Reading::broken) {
      return base::Error{base::ErrorCode::protocol_error, "The answer is not HTTP/1.1.", ""};
    }
    if (reading == Reading::complete) return base::kDone;
  }
}

void Load::start_call(Connection& connection) {
  connection.id = next_id_++;
  if (next_id_ == kFirstId * 10) next_id_ = kFirstId;
  write_call(connection.request, connection.head, tails_[connection.next_tool], connection.id);
  connection.next_tool = connection.next_tool + 1 == tails_.size() ? 0 : connection.next_tool + 1;
  connection.sent = 0;
  connection.busy = true;
  ++in_flight_;
  connection.started = Clock::now();
  send_more(connection);
}

void Load::send_more(Connection& connection) {
  const std::string_view rest = std::string_view(connection.request).substr(connection.sent);
  const ssize_t sent = ::send(connection.socket.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) {
    drop(connection, "the connection failed while sending");
    return;
  }
  connection.sent += static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  const bool wait = connection.sent < connection.request.size();
  if (!wait && sent >= 0 && static_cast<std::size_t>(sent) == connection.request.size()) return;
  epoll_event event{};
  event.events = EPOLLIN | (wait ? EPOLLOUT : 0U);
  event.data.u64 = mark_of(connection, false);
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, connection.socket.get(), &event);
}

void Load::on_ready(Connection& connection) {
  const ssize_t count =
      ::recv(connection.socket.get(), read_buffer_.data(), read_buffer_.size(), 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    drop(connection, "the server closed the connection");
    return;
  }
  std::string_view bytes(read_buffer_.data(), static_cast<std::size_t>(count));
  if (!connection.partial.empty()) {
    connection.partial.append(bytes);
    bytes = connection.partial;
  }
  if (plan_.sse) return on_accepted(connection, bytes);
  switch (read_response(bytes, response_)) {
    case Reading::broken:
      drop(connection, "the answer is not HTTP/1.1");
      break;
    case Reading::incomplete:
      if (connection.partial.empty()) connection.partial.assign(bytes);
      break;
    case Reading::complete:
      on_answer(connection, response_);
      break;
  }
}

// With SSE the posts themselves are only accepted.
void Load::on_accepted(Connection& connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const Reading reading = read_response(bytes, response_);
    if (reading == Reading::incomplete) break;
    if (reading == Reading::broken || response_.status != 202) {
      drop(connection, fmt::format("a post was answered {}", response_.status));
      return;
    }
    bytes.remove_prefix(response_.bytes);
  }
  const std::string rest(bytes);  // may be a part of `partial`
  connection.partial = rest;
}

void Load::on_stream_ready(Connection& connection) {
  const ssize_t count =
      ::recv(connection.stream.get(), read_buffer_.data(), read_buffer_.size(), 0);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) {
    drop(connection, "the server closed the event stream");
    return;
  }
  connection.stream_partial.append(read_buffer_.data(), static_cast<std::size_t>(count));
  std::string_view bytes = connection.stream_partial;
  const auto data = take_event(bytes, "message");
  if (!data) return;
  const std::string body(*data);
  connection.stream_partial.erase(0, connection.stream_partial.size() - bytes.size());
  if (body.find(R"("method":"notifications/)") == std::string::npos) on_body(connection, body);
}

void Load::on_answer(Connection& connection, Response& response) {
  if (response.status == 200) {
    on_body(connection, response.body);
    return;
  }
  fail(fmt::format("HTTP status {}: {}", response.status, response.body.substr(0, 300)));
  on_body(connection, {});
}

// An empty body is an answer that was counted as a failure already.
void Load::on_body(Connection& connection, std::string_view body) {
  const Clock::duration took = Clock::now() - connection.started;
  if (!connection.busy) {
    drop(connection, "an answer came that nobody asked for");
    return;
  }
  connection.busy = false;
  --in_flight_;
  const std::string_view fault = body.empty() ? "" : fault_of(body, connection.id);
  if (!fault.empty()) {
    fail(fmt::format("{}: {}", fault, body.substr(0, 300)));
  } else if (!body.empty()) {
    ++answered_;
    if (measuring_) report_.latency.add(took);
  }
  if (!plan_.sse) connection.partial.clear();
  if (sending_) start_call(connection);
}

void Load::fail(std::string_view why) {
  if (report_.errors++ == 0) report_.first_error = why;
}

void Load::drop(Connection& connection, std::string_view why) {
  fail(why);
  if (connection.busy) --in_flight_;
  connection.busy = false;
  connection.socket.reset();
  connection.stream.reset();
  --alive_;
}

void Load::turn(std::chrono::milliseconds wait) {
  std::array<epoll_event, 512> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(wait.count()));
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    const bool is_stream = (event.data.u64 & 1U) != 0;
    Connection& connection = connections_[event.data.u64 >> 1U];
    if (is_stream) {
      if (connection.stream) on_stream_ready(connection);
      continue;
    }
    if ((event.events & EPOLLOUT) != 0 && connection.socket) send_more(connection);
    if ((event.events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && connection.socket) {
      on_ready(connection);
    }
  }
}

void Load::run_phase(Clock::time_point until, std::uint64_t calls_max) {
  answered_ = 0;
  while (Clock::now() < until && alive_ > 0 && (calls_max == 0 || answered_ < calls_max)) {
    turn(std::chrono::milliseconds(20));
  }
}

base::Result<LoadReport> Load::run() {
  epoll_ = base::UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  for (std::size_t i = 0; i < connections_.size(); ++i) {
    if (auto opened = open(connections_[i], i); !opened) return opened.error();
  }
  for (Connection& connection : connections_) start_call(connection);
  run_phase(Clock::now() + plan_.warm_up, 0);
  report_.warm_up_calls = answered_;

  measuring_ = true;
  const Clock::time_point start = Clock::now();
  const double cpu_before = thread_cpu_seconds();
  run_phase(start + plan_.duration, plan_.calls_max);
  report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  report_.cpu_seconds = thread_cpu_seconds() - cpu_before;
  report_.calls = answered_;

  measuring_ = sending_ = false;
  const Clock::time_point patience = Clock::now() + kAnswerTimeMax;
  while (in_flight_ > 0 && Clock::now() < patience) turn(std::chrono::milliseconds(20));
  if (in_flight_ > 0) fail(fmt::format("{} calls were never answered", in_flight_));
  if (alive_ == 0) {
    return base::Error{base::ErrorCode::network,
                       "No connection was left: " + report_.first_error + ".", ""};
  }
  return std::move(report_);
}

double microseconds(Histogram::Duration duration) {
  return static_cast<double>(duration.count()) * 1e-3;
}

}  // namespace

base::Result<LoadReport> run_load(const LoadPlan& plan) {
  if (plan.tools.empty() || plan.connections == 0) {
    return base::Error{base::ErrorCode::invalid_argument,
                       "A load needs at least one tool and one connection.", ""};
  }
  return std::make_unique<Load>(plan)->run();
}

std::string to_json(const LoadReport& report) {
  const Histogram& latency = report.latency;
  return fmt::format(
      R"({{"calls":{},"warm_up_calls":{},"errors":{},"seconds":{:.3f},"calls_per_second":{:.0f},)"
      R"("cpu_seconds":{:.3f},"latency_us":{{"mean":{:.1f},"p50":{:.1f},"p90":{:.1f},"p99":{:.1f},)"
      R"("max":{:.1f}}}}})",
      report.calls, report.warm_up_calls, report.errors, report.seconds, report.calls_per_second(),
      report.cpu_seconds, microseconds(latency.mean()), microseconds(latency.quantile(0.5)),
      microseconds(latency.quantile(0.9)), microseconds(latency.quantile(0.99)),
      microseconds(latency.max()));
}

}  // namespace bench
