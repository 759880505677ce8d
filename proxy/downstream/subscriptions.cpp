#include "proxy/downstream/subscriptions.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "protocol/members.h"
#include "protocol/splice.h"
#include "proxy/downstream/notice_channel.h"
#include "proxy/downstream/rpc_errors.h"

namespace proxy::downstream {
namespace {

using protocol::Method;
using upstream::UpstreamId;

std::string uri_params(std::string_view uri) {
  std::string params = R"({"uri":)";
  protocol::append_json_string(params, uri);
  return params + "}";
}

std::string uri_of(std::string_view params) {
  std::string uri;
  if (params.empty()) return uri;
  (void)protocol::for_each_member(params, [&](const protocol::JsonMember& member) {
    if (member.kind == protocol::JsonKind::string && member.key_is("uri")) uri = member.text();
    return true;
  });
  return uri;
}

// REQUIRES: the session can be told.
void notify_updated(const Session& session, std::string_view params) {
  std::string message;
  protocol::append_notification(message, to_string(Method::resources_updated), params);
  session.notices->notify(message);
}

// What is kept of a subscription, its row included.
std::size_t cost(std::string_view uri, std::string_view shown_uri) {
  constexpr std::size_t kRowBytes = 256;
  return kRowBytes + uri.size() + shown_uri.size();
}
std::size_t cost(const WatchedResource& resource) {
  return cost(resource.uri, resource.shown_uri);
}

// A directory is watched with all that is in it.
bool is_within(std::string_view uri, std::string_view watched) {
  if (!uri.starts_with(watched) || watched.empty()) return false;
  return uri.size() == watched.size() || watched.back() == '/' || uri[watched.size()] == '/';
}

}  // namespace

void Subscriptions::subscribe(Session& session, Reply reply, std::string_view id,
                              WatchedResource resource) {
  if (const auto refused = refusal(session, resource)) {
    reply.error(id, rpc_error(*refused));
    return;
  }
  count(session, cost(resource));
  const auto watch = watches_.find(Key{resource.upstream, resource.uri});
  if (watch != watches_.end() && watch->second.held) {
    add(session, resource);
    reply.result(id, "{}");
    return;
  }
  session.subscriptions = this;
  auto asked = ask(to_string(Method::resources_subscribe), callers_.key_of(session),
                   {&session, std::move(reply), std::string(id), std::move(resource)});
  if (asked.ok()) return;
  Asked refused = take(last_tag_);
  discount(session, cost(refused.resource));
  refused.reply.error(id, rpc_error(asked.error()));
}

std::optional<base::Error> Subscriptions::refusal(const Session& session,
                                                  const WatchedResource& resource) const {
  const std::size_t bytes = cost(resource);
  if (session.subscribed >= kPerSessionMax) {
    return base::Error{base::ErrorCode::too_many,
                       fmt::format("a session may watch {} resources", kPerSessionMax),
                       "unsubscribe from some first"};
  }
  if (session.subscribed_bytes + bytes > kSessionBytesMax) {
    return base::Error{base::ErrorCode::too_large,
                       fmt::format("the resources that a session watches may have URIs of {} KiB "
                                   "together",
                                   kSessionBytesMax >> 10),
                       "unsubscribe from some first"};
  }
  if (bytes_ + bytes > kBytesMax) {
    return base::Error{base::ErrorCode::overloaded,
                       fmt::format("{} MiB of subscriptions are kept already", kBytesMax >> 20),
                       "try again once other clients have ended theirs"};
  }
  return std::nullopt;
}

void Subscriptions::count(Session& session, std::size_t bytes) {
  ++session.subscribed;
  session.subscribed_bytes += bytes;
  bytes_ += bytes;
}

void Subscriptions::discount(Session& session, std::size_t bytes) {
  --session.subscribed;
  session.subscribed_bytes -= bytes;
  bytes_ -= bytes;
}

base::Result<void> Subscriptions::ask(std::string_view method, upstream::CallerKey caller,
                                      Asked asked) {
  const std::string params = uri_params(asked.resource.uri);
  const UpstreamId upstream = asked.resource.upstream;
  upstream::CallSpec spec;
  spec.method = method;
  spec.params = params;
  spec.tag = ++last_tag_;
  spec.sink = this;
  asked_.emplace(spec.tag, std::move(asked));
  spec.caller = caller;
  spec.shared = true;
  const auto accepted = fleet_.call(upstream, spec);
  if (!accepted) return accepted.error();
  return base::kDone;
}

Subscriptions::Asked Subscriptions::take(upstream::CallTag tag) {
  auto node = asked_.extract(tag);
  return node.empty() ? Asked{} : std::move(node.mapped());
}

void Subscriptions::on_result(upstream::CallTag tag, std::string_view, const protocol::Envelope&) {
  Asked asked = take(tag);
  const Key key{asked.resource.upstream, asked.resource.uri};
  if (asked.session != nullptr) {
    add(*asked.session, asked.resource);
    asked.reply.result(asked.id, "{}");
  }
  const auto watch = watches_.find(key);
  if (watch == watches_.end()) return;
  watch->second.held = true;
  if (watch->second.watchers.empty())
    drop(watch, upstream::kNobody);  // all of them went in the meantime
}

void Subscriptions::on_error(upstream::CallTag tag, std::string_view error,
                             const protocol::Envelope& message) {
  Asked asked = take(tag);
  if (asked.session != nullptr) {
    discount(*asked.session, cost(asked.resource));
    asked.reply.raw_error(asked.id, error);
    return;
  }
  base::log::debug("downstream", "{} is watched no more: {}", asked.resource.uri,
                   message.error_message.text());
}

void Subscriptions::on_failed(upstream::CallTag tag, const base::Error& error) {
  Asked asked = take(tag);
  if (asked.session == nullptr) return;
  discount(*asked.session, cost(asked.resource));
  asked.reply.error(asked.id, rpc_error(error));
}

void Subscriptions::add(Session& session, const WatchedResource& resource) {
  Watch& watch = watches_[Key{resource.upstream, resource.uri}];
  if (watch.watchers.empty()) watch.lease = fleet_.lease(resource.upstream);
  const auto known =
      std::find_if(watch.watchers.begin(), watch.watchers.end(),
                   [&](const Watcher& watcher) { return watcher.session == &session; });
  if (known != watch.watchers.end()) {
    discount(session, cost(resource.uri, known->shown_uri));
    known->shown_uri = resource.shown_uri;
    return;
  }
  watch.watchers.push_back({&session, resource.shown_uri, resource.joined, false});
  session.subscriptions = this;
}

bool Subscriptions::remove(std::string_view uri, Watch& watch, Session& session) {
  const auto gone =
      std::find_if(watch.watchers.begin(), watch.watchers.end(),
                   [&](const Watcher& watcher) { return watcher.session == &session; });
  if (gone == watch.watchers.end()) return false;
  discount(session, cost(uri, gone->shown_uri));
  watch.watchers.erase(gone);
  return true;
}

void Subscriptions::drop(Watches::iterator watch, upstream::CallerKey caller) {
  const auto [upstream, uri] = watch->first;
  const bool held = watch->second.held;
  watches_.erase(watch);
  const auto view = fleet_.view(upstream);
  if (!held || !view || view->state != upstream::State::ready) return;
  if (!ask(to_string(Method::resources_unsubscribe), caller,
           {nullptr, {}, {}, {upstream, uri, {}, false}})
           .ok()) {
    (void)take(last_tag_);
  }
}

// On whose behalf a watch is made anew: that of its only watcher.
upstream::CallerKey Subscriptions::caller_of(const Watch& watch) {
  return watch.watchers.size() == 1 ? watch.watchers.front().session->caller : upstream::kNobody;
}

void Subscriptions::unsubscribe(Session& session, const WatchedResource& resource) {
  const auto watch = watches_.find(Key{resource.upstream, resource.uri});
  if (watch == watches_.end()) return;
  if (remove(watch->first.second, watch->second, session) && watch->second.watchers.empty()) {
    drop(watch, session.caller);
  }
}

void Subscriptions::forget(Session& session) {
  for (auto& [tag, asked] : asked_) {
    if (asked.session != &session) continue;
    discount(session, cost(asked.resource));
    asked.session = nullptr;
  }
  session.subscriptions = nullptr;
  for (auto at = watches_.begin(); at != watches_.end() && session.subscribed > 0;) {
    const auto watch = at++;
    if (remove(watch->first.second, watch->second, session) && watch->second.watchers.empty()) {
      drop(watch, session.caller);
    }
  }
}

void Subscriptions::tell(Watch& watch, UpstreamId upstream, std::string_view watched_uri,
                         std::string_view uri, std::string_view params) {
  for (Watcher& watcher : watch.watchers) {
    if (watcher.session->notices == nullptr) {
      watcher.missed = true;
      continue;
    }
    // What the client asked for is called as it called it.
    std::string shown = watcher.shown_uri;
    if (uri != watched_uri) {
      shown = watcher.joined ? catalog_.shown_uri(upstream, uri) : std::string(uri);
    }
    std::string quoted;
    protocol::append_json_string(quoted, shown);
    const protocol::MemberEdit edit{"uri", quoted};
    std::string edited;
    protocol::append_edited_object(edited, params, {&edit, 1});
    notify_updated(*watcher.session, edited);
  }
}

void Subscriptions::tell_missed(Session& session) {
  if (session.subscribed == 0) return;
  for (auto& [key, watch] : watches_) {
    for (Watcher& watcher : watch.watchers) {
      if (watcher.session != &session || !std::exchange(watcher.missed, false)) continue;
      notify_updated(session, uri_params(watcher.shown_uri));
    }
  }
}

template <class Visit>
void Subscriptions::each_watch(UpstreamId upstream, Visit visit) {
  for (auto at = watches_.lower_bound(Key{upstream, ""});
       at != watches_.end() && at->first.first == upstream; ++at) {
    visit(at->first.second, at->second);
  }
}

void Subscriptions::on_updated(UpstreamId upstream, std::string_view params) {
  const std::string uri = uri_of(params);
  each_watch(upstream, [&](const std::string& watched, Watch& watch) {
    if (is_within(uri, watched)) tell(watch, upstream, watched, uri, params);
  });
}

void Subscriptions::on_ready(UpstreamId upstream) {
  each_watch(upstream, [&](const std::string& uri, Watch& watch) {
    watch.held = false;
    if (!ask(to_string(Method::resources_subscribe), caller_of(watch),
             {nullptr, {}, {}, {upstream, uri, {}, false}})
             .ok()) {
      (void)take(last_tag_);
    }
    tell(watch, upstream, uri, uri, uri_params(uri));
  });
}

void Subscriptions::on_gone(UpstreamId upstream) {
  each_watch(upstream, [](const std::string&, Watch& watch) { watch.held = false; });
}

}  // namespace proxy::downstream
