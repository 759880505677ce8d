#include "proxy/downstream/upstream_news.h"

#include "protocol/members.h"
#include "protocol/method.h"

namespace proxy::downstream {
namespace {

// A message without a level that we know is worth reading.
protocol::LogLevel level_of(std::string_view params) {
  std::optional<protocol::LogLevel> level;
  (void)protocol::for_each_member(params, [&](const protocol::JsonMember& member) {
    if (member.kind == protocol::JsonKind::string && member.key_is("level")) {
      level = protocol::log_level_from(member.text());
    }
    return true;
  });
  return level.value_or(protocol::LogLevel::emergency);
}

}  // namespace

bool UpstreamNews::on_notification(const upstream::NoticeSource& source, std::string_view method,
                                   std::string_view params) {
  if (params.empty()) return false;
  switch (protocol::method_from(method)) {
    case protocol::Method::resources_updated:
      // Subscriptions are made with the instance that all share.
      if (!source.own_instance) subscriptions_.on_updated(source.upstream, params);
      return true;
    case protocol::Method::message:
      calls_.relay_log(source.upstream, source.meant, level_of(params), params);
      return true;
    default:
      return false;
  }
}

void UpstreamNews::on_state_changed(upstream::UpstreamId upstream, upstream::State from,
                                    upstream::State to) {
  if (from == upstream::State::ready) subscriptions_.on_gone(upstream);
  if (to == upstream::State::ready) on_session_renewed(upstream);
}

void UpstreamNews::on_session_renewed(upstream::UpstreamId upstream) {
  levels_.on_ready(upstream);
  subscriptions_.on_ready(upstream);
}

}  // namespace proxy::downstream
