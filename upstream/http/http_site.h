// Where an HTTP upstream is and how it is reached: the same for all exchanges with it. Values.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "net/url.h"
#include "upstream/http/exchange.h"

namespace upstream {

struct HttpSite {
  std::string server;  // for the log
  Url url;
  std::vector<HttpHeader> headers;  // the user's, on every request
  std::string ca_file;              // PEM; trusted besides the system's; empty: none
  std::optional<Url> proxy;         // dialled instead of the site
  std::size_t message_bytes_max = 16U * 1024 * 1024;
};
using HttpSitePtr = std::shared_ptr<const HttpSite>;

}  // namespace upstream
