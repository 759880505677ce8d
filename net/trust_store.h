// The certificates that TLS connections trust: loaded once and shared, as each copy costs 0.9 MiB
// and 30 ms. Resource.
//
// Ownership: the daemon's, shared with its workers.
// Threads:   any; loading happens in the first get() of each store, on the caller's thread, and
//            others that need the same one wait for it.
#pragma once
#include <openssl/x509.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"

namespace net {

class TrustStores {
 public:
  TrustStores() = default;
  ~TrustStores();
  TrustStores(const TrustStores&) = delete;
  TrustStores& operator=(const TrustStores&) = delete;

  // The system's certificates (SSL_CERT_FILE and SSL_CERT_DIR count), and those of the PEM file
  // `ca_file` when it is not empty. Belongs to this object. Errors: io_error, naming the file.
  base::Result<X509_STORE*> get(const std::string& ca_file);

 private:
  std::mutex mutex_;
  std::map<std::string, X509_STORE*> stores_;  // guarded by mutex_; by ca_file
};

}  // namespace net
