#include "upstream/http/site_client.h"

#include <strings.h>

#include <algorithm>
#include <utility>

#include "upstream/http/answer_reader.h"

namespace upstream {
namespace {

constexpr int kProxyLoginStatus = 407;
// A stream of many small messages comes in pieces of this order.
constexpr std::size_t kBurstBytesMin = 4UL * 1024 * 1024;

// "text/html; charset=utf-8" -> "text/html"
std::string media_type(std::string_view header) {
  header = header.substr(0, header.find(';'));
  while (header.ends_with(' ')) header.remove_suffix(1);
  std::string type(header);
  for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return type;
}

HttpHead head_of(const net::Head& answer) {
  HttpHead head;
  head.status = answer.status;
  head.content_type = media_type(answer.get("Content-Type"));
  head.session_id = answer.get("Mcp-Session-Id");
  head.location = answer.get("Location");
  head.retry_after = answer.get("Retry-After");
  head.authenticate = answer.get("WWW-Authenticate");
  return head;
}

HttpFault fault_of(net::Fault fault) {
  switch (fault) {
    case net::Fault::none:
      return HttpFault::none;
    case net::Fault::unresolved:
      return HttpFault::unresolved;
    case net::Fault::refused:
    case net::Fault::forbidden:
      return HttpFault::refused;
    case net::Fault::connect_timeout:
      return HttpFault::connect_timeout;
    case net::Fault::tls:
      return HttpFault::tls;
    case net::Fault::too_large:
      return HttpFault::too_large;
    case net::Fault::late:
    case net::Fault::silent:
    case net::Fault::cut:
    case net::Fault::head_too_large:
    case net::Fault::protocol:
      return HttpFault::cut;
    case net::Fault::internal:
      break;
  }
  return HttpFault::internal;
}

// Later ones take the place of earlier ones with their name.
void add(std::vector<net::Header>& headers, const std::vector<HttpHeader>& more) {
  for (const HttpHeader& header : more) {
    std::erase_if(headers, [&header](const net::Header& known) {
      return strcasecmp(known.name.c_str(), header.name.c_str()) == 0;
    });
    headers.push_back(header);
  }
}

}  // namespace

class SiteClient::Exchange final : public HttpExchange, private net::Sink {
 public:
  Exchange(const HttpRequest& request, std::size_t message_bytes_max, ExchangeListener& listener)
      : raw_id_(request.raw_id), reader_(raw_id_, message_bytes_max), listener_(listener) {}
  ~Exchange() override {
    if (gone_ != nullptr) *gone_ = true;
  }

  void start(net::HttpClient& way, net::Request request) {
    net::Sink& sink = *this;
    under_way_ = way.start(std::move(request), sink);
  }

 private:
  void on_head(const net::Head& answer) override {
    HttpHead head = head_of(answer);
    if (reader_.take_head(head)) listener_.on_head(head);
  }

  void on_body(std::string_view bytes) override {
    std::vector<protocol::SseEvent> events;
    const bool fits = reader_.take_bytes(bytes, events);
    bool gone = false;
    gone_ = &gone;
    for (const protocol::SseEvent& event : events) {
      listener_.on_event(event);
      if (gone) return;
    }
    gone_ = nullptr;
    if (!fits) {
      under_way_.reset();
      listener_.on_end(reader_.finish());
    } else if (reader_.streamed() && reader_.answered()) {
      under_way_->drain();
      listener_.on_end(reader_.finish());
    }
  }

  void on_end(net::End how) override {
    HttpEnd end = reader_.finish();
    end.fault = fault_of(how.fault);
    end.error_number = how.error_number;
    end.detail = std::move(how.detail);
    if (how.proxy_status == kProxyLoginStatus) {
      end.fault = HttpFault::none;
      end.head.status = how.proxy_status;
    }
    listener_.on_end(std::move(end));
  }

  const std::string raw_id_;
  AnswerReader reader_;
  ExchangeListener& listener_;
  std::unique_ptr<net::Exchange> under_way_;
  bool* gone_ = nullptr;  // set while the listener is called and may end this
};

std::unique_ptr<HttpExchange> SiteClient::begin(HttpRequest request, ExchangeListener& listener) {
  auto exchange = std::make_unique<Exchange>(request, site_->message_bytes_max, listener);
  exchange->start(*way_, request_for(request));
  return exchange;
}

net::Request SiteClient::request_for(const HttpRequest& wanted) const {
  net::Request request;
  request.method = wanted.method;
  request.target = wanted.target;
  add(request.headers, site_->headers);
  add(request.headers, wanted.headers);
  request.body = wanted.body;
  request.urgent = wanted.lane == HttpLane::control;
  request.stream = wanted.lane == HttpLane::stream;
  request.silence_max = kSilenceMax;
  return request;
}

net::SitePtr net_site(const HttpSite& site) {
  auto made = std::make_shared<net::Site>();
  made->name = site.server;
  made->url = site.url;
  made->user_agent = "mcptrunk/" MCPTRUNK_VERSION;
  made->ca_file = site.ca_file;
  made->proxy = site.proxy;
  made->burst_bytes_max = std::max(site.message_bytes_max, kBurstBytesMin);
  return made;
}

}  // namespace upstream
