// The connections of the daemon's HTTP workers: cpp-httplib, with TLS verified against the shared
// stores, the proxy of the site, and every fault told apart.
//
// A connection is dialled at its first exchange and kept for the next. TLS is verified by OpenSSL
// during the handshake (chain, dates and host name), not by httplib, which would load a store of
// its own for each connection.
#pragma once
#include <memory>

#include "upstream/http/http_worker.h"
#include "net/trust_store.h"

namespace upstream {

// How long one address may take to answer a dial.
inline constexpr base::Milliseconds kDialMax = std::chrono::seconds(10);
// A peer that says nothing for so long is taken for gone.
inline constexpr base::Milliseconds kSilenceMax = std::chrono::hours(1);

// `stores` is kept alive by the connections.
ConnectionFactory httplib_connections(std::shared_ptr<net::TrustStores> stores);

}  // namespace upstream
