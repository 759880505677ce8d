// The user's intent: the running configuration, and the only way to change it. A change is written
// to the file in two phases and only then applied; changes queue in order. Resource.
//
// Ownership: the daemon's; file system, writer and decisions outlive it.
// Threads:   the loop thread.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/config/actor.h"
#include "proxy/config/config.h"
#include "proxy/config/intent_writer.h"
#include "proxy/daemon/decisions.h"

namespace proxy::daemon {

class Intent {
 public:
  using ConfigPtr = std::shared_ptr<const config::Config>;
  // Told of each new configuration, after it is durable.
  using Apply = std::function<void(const ConfigPtr& from, const ConfigPtr& to)>;
  // Lays what the command line overrides over a configuration as read.
  using Override = std::function<void(config::Config& config)>;
  using Done = std::function<void(base::Result<bool> changed)>;

  // `hash` is of the text that `config` was read from.
  Intent(base::FileSystem& files, config::IntentWriter& writer, Decisions& decisions,
         std::string path, ConfigPtr config, const config::ContentHash& hash, Override override,
         Apply apply);
  Intent(const Intent&) = delete;
  Intent& operator=(const Intent&) = delete;

  const ConfigPtr& config() const { return config_; }
  const config::ContentHash& hash() const { return hash_; }

  // Writes the change into the file and applies what results. `done` runs on the loop, true when
  // anything changed. `if_match` is the text it was made for, nothing for any. Errors: forbidden
  // when management is switched off or an agent may not, else the writer's.
  void change(config::Change change, const config::IfMatch& if_match, config::Actor actor,
              Done done);
  void change(std::vector<config::Edit> edits, config::Actor actor, Done done) {
    change(config::Change(std::move(edits)), std::nullopt, actor, std::move(done));
  }
  const Decisions& decisions() const { return decisions_; }
  // Nothing of ours is on its way into the file.
  bool idle() const { return writer_.idle(); }

  // What came of reading the file again.
  struct Reload {
    // same_text: it says what it said. taken: it is the running configuration now. refused: it
    // cannot be read or used, and nothing has changed.
    enum class Outcome : std::uint8_t { same_text, taken, refused };
    Outcome outcome = Outcome::same_text;
    config::ContentHash text{};  // of the file; all zero when it could not be read
    base::Error error{};         // when refused: config_invalid or the file system's
  };
  // REQUIRES: idle().
  Reload reload();

 private:
  void adopt(config::Config config, const config::ContentHash& hash);

  base::FileSystem& files_;
  config::IntentWriter& writer_;
  Decisions& decisions_;
  std::string path_;
  ConfigPtr config_;
  config::ContentHash hash_;
  Override override_;
  Apply apply_;
};

}  // namespace proxy::daemon
