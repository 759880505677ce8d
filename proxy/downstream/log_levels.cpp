#include "proxy/downstream/log_levels.h"

#include "protocol/method.h"

namespace proxy::downstream {

using protocol::LogLevel;
using upstream::UpstreamId;

void LogLevels::want(const catalog::Scope& scope, LogLevel level) {
  if (level > kAskedMax) return;
  wanted_.resize(std::max<std::size_t>(wanted_.size(), fleet_.size()));
  for (UpstreamId id = 0; id < fleet_.size(); ++id) {
    if (!scope.contains(id) || (wanted_[id] && *wanted_[id] <= level)) continue;
    wanted_[id] = level;
    const auto view = fleet_.view(id);
    if (view && view->state == upstream::State::ready) ask(id);
  }
}

void LogLevels::on_ready(UpstreamId upstream) {
  if (upstream < wanted_.size() && wanted_[upstream]) ask(upstream);
}

void LogLevels::ask(UpstreamId upstream) {
  const catalog::ServerCatalog* known = catalog_.server(upstream);
  if (known == nullptr || !known->abilities().logging) return;
  const std::string params = fmt::format(R"({{"level":"{}"}})", to_string(*wanted_[upstream]));
  upstream::CallSpec spec;
  spec.method = to_string(protocol::Method::logging_set_level);
  spec.params = params;
  spec.sink = this;
  spec.caller = upstream::kOurselves;
  (void)fleet_.call(upstream, spec);
}

}  // namespace proxy::downstream
