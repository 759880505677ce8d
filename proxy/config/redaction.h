// Keeps secrets of the configuration from being shown, and lets what was shown be written back:
// what is not known to be harmless (disclosure.h) reads as "***", and "***" in its place means "as
// it was". Pure.
//
// Looked at are command, args, env, url, headers, working_dir, ca_file, oauth and isolation of a
// server; api_key, redis_url and custom_vars of the top level. Names, descriptions, groups and tags
// are never secret.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_mask.h"
#include "proxy/config/config.h"

namespace proxy::config {

inline constexpr std::string_view kRedacted = base::kMasked;

ServerConfig redacted(ServerConfig server);
Config redacted(Config config);

// The texts that redacted() hides, as they are written.
std::vector<std::string> hidden_in(const ServerConfig& server);
// Those of the top level alone.
std::vector<std::string> hidden_in_settings(const Config& config);

// `incoming` with every field that reads as redacted(`current`) shows it put back to `current`.
// invalid_argument when "***" stands where there is nothing to keep.
base::Result<ServerConfig> unredacted(ServerConfig incoming, const ServerConfig& current);
// The same for the top level's secrets and every server of the same name; a new server must not
// hold "***".
base::Result<Config> unredacted(Config incoming, const Config& current);

// "***" somewhere in it, where a secret may stand: a new server must not be made of it.
bool holds_redaction(const ServerConfig& server);

}  // namespace proxy::config
