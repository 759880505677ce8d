// One exchange as both threads know it, and what they say to each other about it. Values and one
// shared object.
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "net/http_client.h"

namespace net {

// What one client asks for goes over connections of its own.
using ClientId = std::uint64_t;

struct Passage {
  // What may be on its way to the loop before the network waits with reading on.
  static constexpr std::size_t kUndeliveredMax = 1024UL * 1024;

  Passage(ClientId from, SitePtr where, Request what)
      : client(from), site(std::move(where)), request(std::move(what)) {}

  const ClientId client;
  const SitePtr site;
  const Request request;

  // The loop's side only.
  Sink* sink = nullptr;  // null: over, or given up

  // Of both.
  std::atomic<std::size_t> undelivered = 0;  // bytes of the body
  std::atomic<bool> waiting = false;         // the network does, until `resume`
};
using PassagePtr = std::shared_ptr<Passage>;

// From the loop to the network.
struct Order {
  enum class Kind : std::uint8_t { start, give_up, drain, resume, forget_client };
  Kind kind = Kind::start;
  PassagePtr passage;   // null for forget_client
  ClientId client = 0;  // of forget_client
};

// From the network to the loop: what came of one exchange since the last report.
struct Report {
  PassagePtr passage;
  std::optional<Head> head;
  std::string body;
  std::optional<End> end;
};

}  // namespace net
