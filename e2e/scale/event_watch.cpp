#include "e2e/scale/event_watch.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>

#include "base/json.h"
#include "e2e/scale/client.h"

namespace scale {
namespace {

using Wall = std::chrono::system_clock;

base::UniqueFd connected(std::uint16_t port) {
  base::UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("no connection for a subscriber");
  }
  return socket;
}

// Reads on to the end of the head; what came behind it is the beginning of the body.
std::string read_head(int socket) {
  std::string head;
  std::array<char, 4096> piece{};
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t count = ::read(socket, piece.data(), piece.size());
    if (count <= 0) give_up("a subscription ended before it began");
    head.append(piece.data(), static_cast<std::size_t>(count));
  }
  if (!head.starts_with("HTTP/1.1 200")) give_up("a subscription was refused: " + head);
  return head.substr(head.find("\r\n\r\n") + 4);
}

// "2026-11-21T08:15:29.123Z"
Wall::time_point time_of(std::string_view iso) {
  const std::string text(iso);
  std::tm parts{};
  const char* rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S.", &parts);
  if (rest == nullptr) return {};
  int milliseconds = 0;
  std::from_chars(rest, rest + 3, milliseconds);
  return Wall::from_time_t(::timegm(&parts)) + std::chrono::milliseconds(milliseconds);
}

}  // namespace

EventWatch::EventWatch(std::uint16_t port, const std::string& key, std::size_t subscribers,
                       const std::string& query)
    : subscribers_(subscribers) {
  const std::string request = fmt::format(
      "GET /events{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-API-Key: {}\r\nAccept: "
      "text/event-stream\r\n\r\n",
      query, port, key);
  for (Subscriber& subscriber : subscribers_) {
    subscriber.socket = connected(port);
    if (::write(subscriber.socket.get(), request.data(), request.size()) < 0) {
      give_up("a subscriber could not ask");
    }
    subscriber.unread = read_head(subscriber.socket.get());
  }
  thread_ = std::thread([this] { run(); });
}

EventWatch::~EventWatch() {
  ended_ = true;
  thread_.join();
}

void EventWatch::run() {
  constexpr int kLookUpMs = 50;
  std::vector<pollfd> watched;
  for (const Subscriber& subscriber : subscribers_) {
    watched.push_back({subscriber.socket.get(), POLLIN, 0});
  }
  std::array<char, 64 * 1024> piece{};
  while (!ended_) {
    if (::poll(watched.data(), watched.size(), kLookUpMs) <= 0) continue;
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      const ssize_t count = ::read(watched[i].fd, piece.data(), piece.size());
      if (count <= 0) {
        watched[i].fd = -1;  // the stream is over
        continue;
      }
      subscribers_[i].unread.append(piece.data(), static_cast<std::size_t>(count));
      subscribers_[i].read_at = Wall::now();
    }
    // Only now: taking one's events apart must not delay when another's count as read.
    for (Subscriber& subscriber : subscribers_) {
      join_chunks(subscriber);
      take_events(subscriber);
    }
    arrived_.notify_all();
  }
}

void EventWatch::join_chunks(Subscriber& subscriber) {
  std::string& unread = subscriber.unread;
  while (true) {
    const std::size_t line = unread.find("\r\n");
    std::size_t size = 0;
    if (line == std::string::npos ||
        std::from_chars(unread.data(), unread.data() + line, size, 16).ec != std::errc{}) {
      return;
    }
    const std::size_t end = line + 2 + size + 2;
    if (unread.size() < end) return;
    subscriber.text.append(unread, line + 2, size);
    unread.erase(0, end);
  }
}

void EventWatch::take_events(Subscriber& subscriber) {
  std::size_t start = 0;
  for (std::size_t end = subscriber.text.find('\n'); end != std::string::npos;
       end = subscriber.text.find('\n', start)) {
    const std::string_view line = std::string_view(subscriber.text).substr(start, end - start);
    start = end + 1;
    constexpr std::string_view kData = "data: ";
    if (!line.starts_with(kData)) continue;
    const auto event = base::parse_document(line.substr(kData.size()));
    if (!event) continue;
    SeenEvent seen;
    seen.id = base::json_string(*event, "id").value_or("");
    seen.server = base::json_string(*event, "server").value_or("");
    seen.to = base::json_string(*event, "to").value_or("");
    seen.published = time_of(base::json_string(*event, "time").value_or(""));
    seen.arrived = subscriber.read_at;
    subscriber.seen.push_back(std::move(seen));
  }
  subscriber.text.erase(0, start);
}

bool EventWatch::wait_until_seen(const std::set<std::string>& servers, const std::string& state,
                                 std::chrono::seconds patience) {
  std::unique_lock lock(mutex_);
  return arrived_.wait_for(lock, patience, [&] {
    return std::all_of(subscribers_.begin(), subscribers_.end(), [&](const Subscriber& subscriber) {
      std::set<std::string> missing = servers;
      for (const SeenEvent& seen : subscriber.seen) {
        if (seen.to == state) missing.erase(seen.server);
      }
      return missing.empty();
    });
  });
}

std::vector<std::vector<SeenEvent>> EventWatch::take_until(const std::string& id,
                                                           std::chrono::seconds patience) {
  const auto behind = [&](Subscriber& subscriber) {
    const auto found = std::ranges::find(subscriber.seen, id, &SeenEvent::id);
    return found == subscriber.seen.end() ? found : found + 1;
  };
  std::unique_lock lock(mutex_);
  const bool all_have_it = arrived_.wait_for(lock, patience, [&] {
    return std::ranges::all_of(subscribers_, [&](const Subscriber& subscriber) {
      return std::ranges::find(subscriber.seen, id, &SeenEvent::id) != subscriber.seen.end();
    });
  });
  std::vector<std::vector<SeenEvent>> all;
  if (!all_have_it) return all;
  for (Subscriber& subscriber : subscribers_) {
    const auto end = behind(subscriber);
    all.emplace_back(std::make_move_iterator(subscriber.seen.begin()),
                     std::make_move_iterator(end));
    subscriber.seen.erase(subscriber.seen.begin(), end);
  }
  return all;
}

}  // namespace scale
