#include "proxy/daemon/intent.h"

#include "proxy/config/parser.h"

namespace proxy::daemon {
namespace {

constexpr std::size_t kConfigBytesMax = 16 * 1024 * 1024;

}  // namespace

Intent::Intent(base::FileSystem& files, config::IntentWriter& writer, Decisions& decisions,
               std::string path, ConfigPtr config, const config::ContentHash& hash,
               Override override, Apply apply)
    : files_(files),
      writer_(writer),
      decisions_(decisions),
      path_(std::move(path)),
      config_(std::move(config)),
      hash_(hash),
      override_(std::move(override)),
      apply_(std::move(apply)) {
  decisions_.follow(*config_);
}

void Intent::adopt(config::Config config, const config::ContentHash& hash) {
  hash_ = hash;
  override_(config);
  decisions_.follow(config);
  if (config == *config_) return;
  const ConfigPtr from =
      std::exchange(config_, std::make_shared<const config::Config>(std::move(config)));
  apply_(from, config_);
}

void Intent::change(config::Change change, const config::IfMatch& if_match, config::Actor actor,
                    Done done) {
  if (config_->disable_management || config_->read_only_mode) {
    done(base::Error{
        base::ErrorCode::forbidden, "management is switched off by the configuration",
        "edit the file itself, or take read_only_mode and disable_management out of it"});
    return;
  }
  config::IntentWriter::Request request;
  request.change = std::move(change);
  request.if_match = if_match;
  const auto decision = decisions_.begin(request, actor);
  writer_.submit(std::move(request), [this, decision, done = std::move(done)](
                                         base::Result<config::IntentWriter::Outcome> outcome) {
    decisions_.ended(*decision, outcome);
    if (!outcome) {
      done(std::move(outcome).error());
      return;
    }
    // Unchanged by us it may still hold what somebody saved a moment ago.
    if (outcome->hash != hash_) adopt(std::move(outcome->config), outcome->hash);
    decisions_.settle(*decision,
                      [done, changed = outcome->changed](const base::Result<void>& kept) {
                        if (kept) return done(changed);
                        done(kept.error());
                      });
  });
}

Intent::Reload Intent::reload() {
  using Outcome = Reload::Outcome;
  const auto text = files_.read_file(path_, kConfigBytesMax);
  if (!text) return {Outcome::refused, {}, text.error()};
  const config::ContentHash hash = config::content_hash(*text);
  if (hash == hash_) return {Outcome::same_text, hash, {}};
  auto parsed = config::config_or_error(config::parse(*text));
  if (!parsed) return {Outcome::refused, hash, std::move(parsed).error()};
  adopt(std::move(parsed).value(), hash);
  return {Outcome::taken, hash, {}};
}

}  // namespace proxy::daemon
