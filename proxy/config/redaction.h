// Keeps secrets of the configuration from being shown, and lets what was shown be written back: a
// secret reads as "***", and "***" in its place means "as it was". Pure.
//
// Secret are: values of env, headers, custom_vars and oauth extra_params; client_secret and
// api_key; the password of a URL and its query values, and arguments, that are named like a key,
// token, secret, password or auth. A mere reference such as "Bearer ${TOKEN}" is shown: it holds no
// secret.
#pragma once
#include <string_view>

#include "base/result.h"
#include "base/secret_mask.h"
#include "proxy/config/config.h"

namespace proxy::config {

inline constexpr std::string_view kRedacted = base::kMasked;

// Whether a field, a variable or an option of that name holds a secret.
bool names_secret(std::string_view name);

ServerConfig redacted(ServerConfig server);
Config redacted(Config config);

// `incoming` with every field that reads as redacted(`current`) shows it put back to `current`.
// invalid_argument when "***" stands where there is nothing to keep.
base::Result<ServerConfig> unredacted(ServerConfig incoming, const ServerConfig& current);
// The same for the top level's secrets and every server of the same name; a new server must not
// hold "***".
base::Result<Config> unredacted(Config incoming, const Config& current);

// "***" somewhere in it, where a secret may stand: a new server must not be made of it.
bool holds_redaction(const ServerConfig& server);

}  // namespace proxy::config
