// notifications/.../list_changed to one client: trailing, and each kind at most once in a time, so
// that a fleet that starts does not make every client list again and again. Resource.
//
// Ownership: the stream's that carries the messages; the sink outlives it.
// Threads:   the loop thread.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/runtime.h"
#include "protocol/lists.h"
#include "proxy/downstream/surface.h"

namespace proxy::downstream {

// Who has open streams to clients, and tells them.
class ListAudience {
 public:
  virtual ~ListAudience() = default;
  // What an upstream lists of that kind has changed, or whether it is shown.
  virtual void list_changed(protocol::ListKind kind, upstream::UpstreamId id) = 0;
  // The surface shows other upstreams, or another way: every list of it has changed.
  virtual void surface_changed(const Surface& surface) = 0;
  // Its clients are cut off; they find out when they come again.
  virtual void surface_removed(const Surface& surface) = 0;
};

// Several audiences as one. The members outlive it.
class ListAudiences final : public ListAudience {
 public:
  void add(ListAudience& audience) { members_.push_back(&audience); }
  void list_changed(protocol::ListKind kind, upstream::UpstreamId id) override {
    for (ListAudience* member : members_) member->list_changed(kind, id);
  }
  void surface_changed(const Surface& surface) override {
    for (ListAudience* member : members_) member->surface_changed(surface);
  }
  void surface_removed(const Surface& surface) override {
    for (ListAudience* member : members_) member->surface_removed(surface);
  }

 private:
  std::vector<ListAudience*> members_;
};

class ListNoticeSink {
 public:
  virtual ~ListNoticeSink() = default;
  // A whole JSON-RPC notification, on one line.
  virtual void send_notice(std::string_view message) = 0;
};

class ListNotices {
 public:
  static constexpr base::Duration kInterval = std::chrono::seconds(2);

  ListNotices(base::Runtime runtime, ListNoticeSink& sink) : runtime_(runtime), sink_(sink) {}
  ListNotices(const ListNotices&) = delete;
  ListNotices& operator=(const ListNotices&) = delete;

  // The client is told within kInterval, once for all changes until then.
  void list_changed(protocol::ListKind kind);

 private:
  // Resources and their templates are announced by one message.
  static constexpr std::size_t kKinds = 3;
  static std::size_t index(protocol::ListKind kind);
  void send();

  base::Runtime runtime_;
  ListNoticeSink& sink_;
  std::array<bool, kKinds> pending_{};
  base::TimePoint sent_{};
  base::Timer<ListNotices, &ListNotices::send> timer_{*this};
};

}  // namespace proxy::downstream
