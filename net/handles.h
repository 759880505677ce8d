// libcurl's handles of one site, with all that is the same for each of its exchanges: how it is
// reached, whom it trusts, what it is told of itself. Kept to be used again. Resource.
//
// Ownership: its origin's, for as long as its Multi; all are given back before it ends.
// Threads:   the network thread.
#pragma once
#include <curl/curl.h>
#include <openssl/x509.h>

#include <vector>

#include "net/http_client.h"
#include "net/multi.h"

namespace net {

class Handles {
 public:
  static constexpr std::size_t kKeptMax = 32;

  // `trust` belongs to a TrustStores that outlives it; null where there is no TLS.
  Handles(SitePtr site, Multi& multi, X509_STORE* trust);
  ~Handles();
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;

  CURL* take();
  void give(CURL* handle);

 private:
  CURL* make();
  void set_up_proxy(CURL* handle) const;
  static CURLcode on_tls(CURL*, void* context, void* self);

  const SitePtr site_;
  Multi& multi_;
  X509_STORE* const trust_;
  CURLSH* const tls_sessions_;  // so that a connection opened anew needs no whole handshake
  std::vector<CURL*> kept_;
};

// Whether server and handle agreed on HTTP/2. REQUIRES: its connection is ready.
bool speaks_http2(CURL* handle);

}  // namespace net
