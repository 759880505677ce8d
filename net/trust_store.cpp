#include "net/trust_store.h"

#include <openssl/err.h>

namespace net {

TrustStores::~TrustStores() {
  for (const auto& [file, store] : stores_) X509_STORE_free(store);
}

base::Result<X509_STORE*> TrustStores::get(const std::string& ca_file) {
  const std::lock_guard lock(mutex_);
  if (const auto known = stores_.find(ca_file); known != stores_.end()) return known->second;
  X509_STORE* store = X509_STORE_new();
  X509_STORE_set_default_paths(store);
  const bool loaded =
      ca_file.empty() || X509_STORE_load_locations(store, ca_file.c_str(), nullptr) == 1;
  ERR_clear_error();
  if (!loaded) {
    X509_STORE_free(store);
    return base::Error{base::ErrorCode::io_error,
                       "The certificates in " + ca_file + " cannot be read",
                       "Check that the file exists and holds certificates in PEM form"};
  }
  stores_.emplace(ca_file, store);
  return store;
}

}  // namespace net
