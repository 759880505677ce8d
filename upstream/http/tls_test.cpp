// TLS of the workers' connections against a server with a certificate made here.
#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <thread>

#include "upstream/http/http_workers.h"
#include "upstream/http/httplib_connection.h"

namespace upstream {
namespace {

using namespace std::chrono_literals;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate self_signed(EVP_PKEY* key, const std::string& names, long valid_from, long valid_to) {
  Certificate made(X509_new(), &X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), valid_from);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_to);
  X509_set_pubkey(made.get(), key);
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_EXTENSION* extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  X509_add_ext(made.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(made.get(), key, EVP_sha256());
  return made;
}

// A TLS server whose certificate lies in a file, to be trusted or not.
class TlsServer {
 public:
  explicit TlsServer(const std::string& names, long valid_to = 3600)
      : key_(EVP_EC_gen("P-256"), &EVP_PKEY_free),
        certificate_(self_signed(key_.get(), names, -7200, valid_to)),
        server_(certificate_.get(), key_.get()) {
    std::FILE* file = std::fopen(ca_file_.c_str(), "w");
    PEM_write_X509(file, certificate_.get());
    std::fclose(file);
    server_.Post("/", [](const httplib::Request&, httplib::Response& response) {
      response.set_content(R"({"id":7,"result":{}})", "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::yield();
  }
  ~TlsServer() {
    server_.stop();
    thread_.join();
    std::remove(ca_file_.c_str());
  }
  std::string url(std::string_view host) const {
    return fmt::format("https://{}:{}/", host, port_);
  }
  const std::string& ca_file() const { return ca_file_; }

 private:
  const std::string ca_file_ = fmt::format("/tmp/mcptrunk_tls_test_{}.pem", ::getpid());
  Key key_;
  Certificate certificate_;
  httplib::SSLServer server_;
  int port_ = 0;
  std::thread thread_;
};

struct Listener final : ExchangeListener {
  void on_head(const HttpHead&) override {}
  void on_event(const protocol::SseEvent&) override {}
  void on_end(HttpEnd how) override { end = std::move(how); }
  std::optional<HttpEnd> end;
};

HttpEnd post_to(const std::string& url, const std::string& ca_file) {
  base::Loop loop(1);
  HttpWorkers workers(loop, {httplib_connections(std::make_shared<TrustStores>())});
  HttpSite site;
  site.url = *parse_url(url);
  site.ca_file = ca_file;
  const auto client = workers.client(std::make_shared<const HttpSite>(std::move(site)));
  Listener listener;
  HttpRequest request;
  request.target = "/";
  request.raw_id = "7";
  request.body = std::make_shared<const std::string>("{}");
  const auto exchange = client->begin(std::move(request), listener);
  const base::TimePoint give_up = base::SystemClock().now() + 20s;
  while (!listener.end && base::SystemClock().now() < give_up) {
    loop.run_once(std::chrono::milliseconds(10));
  }
  REQUIRE(listener.end);
  return *listener.end;
}

TEST_CASE("a certificate nobody vouches for is refused, and says so", "[http][threads]") {
  const TlsServer server("DNS:localhost");
  const HttpEnd end = post_to(server.url("localhost"), "");
  CHECK(end.fault == HttpFault::tls);
  CHECK(end.detail.find("self-signed certificate") != std::string::npos);
  CHECK(end.head.status == 0);
}

TEST_CASE("a certificate of the user's own authority is accepted for its own name only",
          "[http][threads]") {
  const TlsServer server("DNS:localhost");
  const HttpEnd end = post_to(server.url("localhost"), server.ca_file());
  CHECK(end.fault == HttpFault::none);
  CHECK(end.answered);
  const HttpEnd other = post_to(server.url("127.0.0.1"), server.ca_file());
  CHECK(other.fault == HttpFault::tls);
  CHECK(other.detail.find("mismatch") != std::string::npos);
}

TEST_CASE("a certificate for an address is accepted for it", "[http][threads]") {
  const TlsServer server("IP:127.0.0.1");
  CHECK(post_to(server.url("127.0.0.1"), server.ca_file()).fault == HttpFault::none);
  CHECK(post_to(server.url("localhost"), server.ca_file()).fault == HttpFault::tls);
}

TEST_CASE("a certificate that has expired is refused", "[http][threads]") {
  const TlsServer server("DNS:localhost", -3600);
  const HttpEnd end = post_to(server.url("localhost"), server.ca_file());
  CHECK(end.fault == HttpFault::tls);
  CHECK(end.detail.find("expired") != std::string::npos);
}

TEST_CASE("a file without certificates is named", "[http][threads]") {
  const HttpEnd end = post_to("https://localhost:1/", "/dev/null");
  CHECK(end.fault == HttpFault::tls);
  CHECK(end.detail.find("/dev/null") != std::string::npos);
}

TEST_CASE("stores are loaded once each", "[http]") {
  TrustStores stores;
  const auto first = stores.get("");
  REQUIRE(first.ok());
  CHECK(*stores.get("") == *first);
  CHECK_FALSE(stores.get("/no/such/file").ok());
}

}  // namespace
}  // namespace upstream
