// The way to one upstream over the network: adds what goes with every request, cuts each answer
// into what the transports want to hear, and is done with an exchange as soon as its answer was
// read, also when the server leaves the stream open. Resource.
//
// Ownership: a transport's; its exchanges are destroyed before it. The network outlives it.
// Threads:   the loop thread only.
#pragma once
#include <memory>

#include "net/http_client.h"
#include "upstream/http/exchange.h"
#include "upstream/http/http_site.h"

namespace upstream {

class SiteClient final : public HttpClient {
 public:
  // A peer that says nothing for so long is taken for gone.
  static constexpr base::Duration kSilenceMax = std::chrono::hours(1);

  // `way` leads to net_site(*site).
  SiteClient(HttpSitePtr site, std::unique_ptr<net::HttpClient> way)
      : site_(std::move(site)), way_(std::move(way)) {}

  std::unique_ptr<HttpExchange> begin(HttpRequest request, ExchangeListener& listener) override;

 private:
  class Exchange;

  net::Request request_for(const HttpRequest& wanted) const;

  const HttpSitePtr site_;
  const std::unique_ptr<net::HttpClient> way_;
};

// The site as the network knows it.
net::SitePtr net_site(const HttpSite& site);

}  // namespace upstream
