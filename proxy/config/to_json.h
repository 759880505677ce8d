// Configuration values as JSON, in the words of the file: what parse() reads back to the same
// value. Fields at their default are left out, but for name, protocol and startup_mode. Secrets are
// written as they stand in the value: give it redacted (redaction.h) to anybody outside. Pure.
#pragma once
#include <string>

#include "base/json.h"
#include "proxy/config/config.h"

namespace proxy::config {

// One object.
void write_json(base::JsonWriter& writer, const ServerConfig& server);
void write_json(base::JsonWriter& writer, const GroupConfig& group);
// The whole file's object; implicit groups are left out.
void write_json(base::JsonWriter& writer, const Config& config);

template <class T>
std::string to_json(const T& value) {
  std::string out;
  base::JsonWriter writer(out);
  write_json(writer, value);
  return out;
}

}  // namespace proxy::config
