#include "net/handles.h"

#include <openssl/ssl.h>

#include <algorithm>

namespace net {
namespace {

// libcurl's own patience with a connection, beyond ours: it divides it among addresses.
constexpr base::Milliseconds kConnectGrace{1000};

// "user%40:pass" -> user@, pass
std::string percent_decoded(std::string_view text) {
  int size = 0;
  char* made = curl_easy_unescape(nullptr, text.data(), static_cast<int>(text.size()), &size);
  if (made == nullptr) return {};
  std::string out(made, static_cast<std::size_t>(size));
  curl_free(made);
  return out;
}

}  // namespace

Handles::Handles(SitePtr site, Multi& multi, X509_STORE* trust)
    : site_(std::move(site)), multi_(multi), trust_(trust), tls_sessions_(curl_share_init()) {
  curl_share_setopt(tls_sessions_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
}

Handles::~Handles() {
  for (CURL* handle : kept_) curl_easy_cleanup(handle);
  curl_share_cleanup(tls_sessions_);
}

CURL* Handles::take() {
  if (kept_.empty()) return make();
  CURL* const handle = kept_.back();
  kept_.pop_back();
  return handle;
}

void Handles::give(CURL* handle) {
  kept_.size() < kKeptMax ? kept_.push_back(handle) : curl_easy_cleanup(handle);
}

CURL* Handles::make() {
  CURL* const handle = curl_easy_init();
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>((site_->connect_max + kConnectGrace).count()));
  curl_easy_setopt(handle, CURLOPT_USERAGENT, site_->user_agent.c_str());
  curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "gzip, br");
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_SHARE, tls_sessions_);
  // The certificates are ours: loaded once for all, never inside a handshake.
  curl_easy_setopt(handle, CURLOPT_CAINFO, nullptr);
  curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  curl_easy_setopt(handle, CURLOPT_PROXY_CAINFO, nullptr);
  curl_easy_setopt(handle, CURLOPT_PROXY_CAPATH, nullptr);
  curl_easy_setopt(handle, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, &Handles::on_tls);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, this);
  multi_.close_sockets_of(handle);
  set_up_proxy(handle);
  return handle;
}

// The environment is not asked: what it says is in the site.
void Handles::set_up_proxy(CURL* handle) const {
  curl_easy_setopt(handle, CURLOPT_NOPROXY, "");
  curl_easy_setopt(handle, CURLOPT_PROXY, site_->proxy ? origin_text(*site_->proxy).c_str() : "");
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (!site_->proxy) return;
  curl_easy_setopt(handle, CURLOPT_PROXYPORT, static_cast<long>(site_->proxy->port));
  const std::string_view user = site_->proxy->user_info;
  if (user.empty()) return;
  const std::size_t colon = std::min(user.find(':'), user.size());
  const std::string name = percent_decoded(user.substr(0, colon));
  const std::string password = percent_decoded(user.substr(std::min(colon + 1, user.size())));
  curl_easy_setopt(handle, CURLOPT_PROXYUSERNAME, name.c_str());
  curl_easy_setopt(handle, CURLOPT_PROXYPASSWORD, password.c_str());
}

CURLcode Handles::on_tls(CURL*, void* context, void* self) {
  auto* made = static_cast<SSL_CTX*>(context);
  SSL_CTX_set1_cert_store(made, static_cast<Handles*>(self)->trust_);
  SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS);
  return CURLE_OK;
}

bool speaks_http2(CURL* handle) {
  curl_tlssessioninfo* tls = nullptr;
  curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &tls);
  if (tls == nullptr || tls->internals == nullptr) return false;
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(static_cast<const SSL*>(tls->internals), &chosen, &size);
  constexpr std::string_view kHttp2 = "h2";
  return size == kHttp2.size() && std::equal(chosen, chosen + size, kHttp2.begin());
}

}  // namespace net
