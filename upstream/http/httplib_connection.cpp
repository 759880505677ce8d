#include "upstream/http/httplib_connection.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstring>
#include <utility>

#include "base/unique_fd.h"
#include "upstream/http/answer_reader.h"
#include "upstream/http/dial.h"
#include "upstream/http/metered_stream.h"

namespace upstream {
namespace {

constexpr base::Milliseconds kDiagnosisMax{500};
constexpr base::Milliseconds kWriteMax = std::chrono::seconds(30);

std::string_view method_text(HttpMethod method) {
  switch (method) {
    case HttpMethod::get:
      return "GET";
    case HttpMethod::post:
      return "POST";
    case HttpMethod::delete_:
      break;
  }
  return "DELETE";
}

// "text/html; charset=utf-8" -> "text/html"
std::string media_type(std::string_view header) {
  header = header.substr(0, header.find(';'));
  while (header.ends_with(' ')) header.remove_suffix(1);
  std::string type(header);
  for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return type;
}

HttpHead head_of(const httplib::Response& response) {
  HttpHead head;
  head.status = response.status;
  head.content_type = media_type(response.get_header_value("Content-Type"));
  head.session_id = response.get_header_value("Mcp-Session-Id");
  head.location = response.get_header_value("Location");
  head.retry_after = response.get_header_value("Retry-After");
  head.authenticate = response.get_header_value("WWW-Authenticate");
  return head;
}

// A peer that vanished without a word is noticed within two minutes.
void set_socket_options(int socket) {
  const auto set = [socket](int level, int name, int value) {
    setsockopt(socket, level, name, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 15);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
}

std::string percent_decoded(std::string_view text) {
  return httplib::detail::decode_url(std::string(text), /*convert_plus_to_space=*/false);
}

class HttplibConnection final : public BlockingConnection {
 public:
  HttplibConnection(HttpSitePtr site, std::shared_ptr<net::TrustStores> stores)
      : site_(std::move(site)), stores_(std::move(stores)) {}
  HttpEnd carry(ExchangeJob& job) override;

 private:
  const Url& dialled() const { return site_->proxy ? *site_->proxy : site_->url; }
  bool make_client(HttpEnd& end);
  void make_plain_client();
  bool make_tls_client(HttpEnd& end);
  void use_address(const std::string& address);
  httplib::Request request_for(ExchangeJob& job, AnswerReader& reader);
  httplib::Error send(ExchangeJob& job, AnswerReader& reader);
  void explain(httplib::Error error, HttpEnd& end) const;
  std::string tls_problem() const;

  const HttpSitePtr site_;
  const std::shared_ptr<net::TrustStores> stores_;
  AnswerMeter meter_;
  std::unique_ptr<httplib::ClientImpl> client_;
  std::string address_;  // dialled last
  ExchangeJob* job_ = nullptr;
  base::UniqueFd socket_;  // a duplicate of the client's, for shutting it down from the loop
  int verify_error_ = X509_V_OK;
};

void HttplibConnection::make_plain_client() {
  client_ = metered_client(site_->url.host, site_->url.port, meter_);
}

bool HttplibConnection::make_tls_client(HttpEnd& end) {
  const auto store = stores_->get(site_->ca_file);
  if (!store) {
    end.fault = HttpFault::tls;
    end.detail = store.error().message;
    return false;
  }
  const std::string& host = site_->url.host;
  auto client = metered_tls_client(host, site_->url.port, meter_);
  SSL_CTX* context = client->ssl_context();
  if (context == nullptr) {
    end.fault = HttpFault::tls;
    end.detail = "TLS cannot be set up";
    return false;
  }
  client->enable_server_certificate_verification(false);  // the handshake below does it
  SSL_CTX_set1_cert_store(context, *store);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(context);
  std::array<unsigned char, 16> bytes{};
  const bool is_address = inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
                          inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
  if (is_address) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
  } else {
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
  }
  SSL_CTX_set_cert_verify_callback(
      context,
      [](X509_STORE_CTX* chain, void* self) {
        const int ok = X509_verify_cert(chain);
        static_cast<HttplibConnection*>(self)->verify_error_ = X509_STORE_CTX_get_error(chain);
        return ok;
      },
      this);
  client_ = std::move(client);
  return true;
}

bool HttplibConnection::make_client(HttpEnd& end) {
  if (site_->url.tls) {
    if (!make_tls_client(end)) return false;
  } else {
    make_plain_client();
  }
  client_->set_keep_alive(true);
  client_->set_follow_location(false);
  client_->set_url_encode(false);
  client_->set_tcp_nodelay(true);
  client_->set_connection_timeout(kDialMax);
  client_->set_read_timeout(kSilenceMax);
  client_->set_write_timeout(kWriteMax);
  client_->set_socket_options([this](int socket) {
    set_socket_options(socket);
    socket_.reset(fcntl(socket, F_DUPFD_CLOEXEC, 0));
    if (job_ != nullptr) job_->watch_socket(socket_.get());
  });
  if (site_->proxy && !site_->proxy->user_info.empty()) {
    const std::string& user = site_->proxy->user_info;
    const std::size_t colon = std::min(user.find(':'), user.size());
    client_->set_proxy_basic_auth(
        percent_decoded(std::string_view(user).substr(0, colon)),
        percent_decoded(std::string_view(user).substr(std::min(colon + 1, user.size()))));
  }
  return true;
}

void HttplibConnection::use_address(const std::string& address) {
  address_ = address;
  if (site_->proxy) {
    client_->set_proxy(address, site_->proxy->port);
  } else {
    client_->set_hostname_addr_map({{site_->url.host, address}});
  }
}

httplib::Request HttplibConnection::request_for(ExchangeJob& job, AnswerReader& reader) {
  const HttpRequest& wanted = job.request();
  httplib::Request request;
  request.method = method_text(wanted.method);
  request.path = wanted.target;
  request.headers.emplace("User-Agent", "mcptrunk/" MCPTRUNK_VERSION);
  for (const HttpHeader& header : site_->headers) {
    request.headers.erase(header.name);
    request.headers.emplace(header.name, header.value);
  }
  for (const HttpHeader& header : wanted.headers) {
    request.headers.erase(header.name);
    request.headers.emplace(header.name, header.value);
  }
  if (wanted.body) request.body = *wanted.body;
  request.response_handler = [this, &job, &reader](const httplib::Response& response) {
    meter_.note_progress();
    HttpHead head = head_of(response);
    if (reader.take_head(head)) job.post_head(std::move(head));
    return !job.cancelled();
  };
  request.content_receiver = [this, &job, &reader](const char* data, std::size_t size,
                                                   std::uint64_t, std::uint64_t) {
    meter_.note_progress();
    std::vector<protocol::SseEvent> events;
    if (!reader.take_bytes({data, size}, events)) return false;
    return events.empty() ? !job.cancelled() : job.post_events(std::move(events));
  };
  return request;
}

httplib::Error HttplibConnection::send(ExchangeJob& job, AnswerReader& reader) {
  httplib::Request request = request_for(job, reader);
  httplib::Response response;
  httplib::Error error = httplib::Error::Success;
  ERR_clear_error();
  verify_error_ = X509_V_OK;
  meter_.begin();
  const bool sent = client_->send(request, response, error);
  if (sent) return httplib::Error::Success;
  return error == httplib::Error::Success ? httplib::Error::Unknown : error;
}

std::string HttplibConnection::tls_problem() const {
  if (verify_error_ != X509_V_OK) return X509_verify_cert_error_string(verify_error_);
  const unsigned long code = ERR_peek_last_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "the handshake was not completed" : reason;
}

void HttplibConnection::explain(httplib::Error error, HttpEnd& end) const {
  switch (error) {
    case httplib::Error::Success:
      return;
    case httplib::Error::Connection:
      end.fault = HttpFault::refused;
      end.error_number = dial_error(address_, dialled().port, kDiagnosisMax);
      end.detail = end.error_number == 0 ? "" : std::strerror(end.error_number);
      return;
    case httplib::Error::ConnectionTimeout:
      end.fault = HttpFault::connect_timeout;
      return;
    case httplib::Error::SSLConnection:
    case httplib::Error::SSLLoadingCerts:
    case httplib::Error::SSLServerVerification:
      end.fault = HttpFault::tls;
      end.detail = tls_problem();
      return;
    case httplib::Error::Canceled:
      if (end.fault == HttpFault::none) end.fault = HttpFault::cut;
      return;
    default:
      end.fault = HttpFault::cut;
      if (meter_.overrun()) {
        end.detail = fmt::format("it sent over {} KiB that are no content, and was cut off",
                                 AnswerMeter::kFramingBytesMax >> 10);
      }
      return;
  }
}

HttpEnd HttplibConnection::carry(ExchangeJob& job) {
  HttpEnd end;
  if (job.cancelled() || (!client_ && !make_client(end))) return end;
  job_ = &job;
  job.watch_socket(socket_.get());
  std::vector<std::string> addresses{address_};
  if (!client_->is_socket_open()) {
    Resolved resolved = resolve(dialled().host, dialled().port);
    if (resolved.addresses.empty()) {
      end.fault = HttpFault::unresolved;
      end.detail = std::move(resolved.problem);
    }
    addresses = std::move(resolved.addresses);
  }
  for (const std::string& address : addresses) {
    if (job.cancelled()) break;
    use_address(address);
    AnswerReader reader(job.request().raw_id, site_->message_bytes_max);
    const httplib::Error error = send(job, reader);
    end = reader.finish();
    explain(error, end);
    const bool nothing_was_sent =
        end.fault == HttpFault::refused || end.fault == HttpFault::connect_timeout;
    if (!nothing_was_sent) break;
  }
  job.watch_socket(-1);
  job_ = nullptr;
  return end;
}

}  // namespace

ConnectionFactory httplib_connections(std::shared_ptr<net::TrustStores> stores) {
  return [stores = std::move(stores)](const HttpSitePtr& site) {
    return std::make_unique<HttplibConnection>(site, stores);
  };
}

}  // namespace upstream
