// The key that callers show: from the configuration, else from data_dir/api_key. Value.
//
// Threads: any, once made. Never logged: it has no to_string.
#pragma once
#include <string>
#include <string_view>

#include "base/file_system.h"
#include "base/result.h"
#include "proxy/http/request.h"

namespace proxy::security {

class ApiKey {
 public:
  // REQUIRES: `text` is not empty.
  explicit ApiKey(std::string text);

  // The comparison takes the same time wherever the texts differ.
  bool matches(std::string_view offered) const;

 private:
  std::string text_;
};

// What the caller shows: X-API-Key, else the token of "Authorization: Bearer"; empty when neither.
std::string_view offered_key(const http::Request& request);

}  // namespace proxy::security
