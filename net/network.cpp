#include "net/network.h"

#include <curl/curl.h>
#include <pthread.h>

#include <csignal>
#include <future>
#include <utility>

namespace net {
namespace {

constexpr std::size_t kMessagesMax = 1U << 20;  // limits on exchanges bound them long before

// Signals are the loop thread's.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &former_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t former_{};
};

// Before any thread uses it.
void set_up_libcurl() {
  static const CURLcode kDone = curl_global_init(CURL_GLOBAL_ALL);
  (void)kDone;
}

}  // namespace

std::string_view to_string(Method method) {
  return method == Method::get ? "GET" : method == Method::post ? "POST" : "DELETE";
}

class Network::Engine {
 public:
  explicit Engine(Network& network)
      : traffic_(
            loop_, network.options_,
            [&network](Report&& report) { (void)network.reports_.post(std::move(report)); },
            network.counts_),
        orders_(loop_, kMessagesMax, [this](Order&& order) { traffic_.take(std::move(order)); }),
        end_(loop_, 1, [this](int) { loop_.stop(); }) {}

  void run() { loop_.run(); }

  // --- from the other thread ---
  void post(Order order) { (void)orders_.post(std::move(order)); }
  void stop() { (void)end_.post(0); }

 private:
  base::Loop loop_{0};
  Traffic traffic_;
  base::Mailbox<Order> orders_;
  base::Mailbox<int> end_;
};

class Network::Under final : public Exchange {
 public:
  Under(Network& owner, PassagePtr passage) : owner_(owner), passage_(std::move(passage)) {}
  ~Under() override { leave(Order::Kind::give_up); }
  void drain() override { leave(Order::Kind::drain); }

 private:
  void leave(Order::Kind how) {
    if (std::exchange(passage_->sink, nullptr) != nullptr) owner_.order({how, passage_, 0});
  }

  Network& owner_;
  const PassagePtr passage_;
};

class Network::Client final : public HttpClient {
 public:
  Client(Network& owner, ClientId id, SitePtr site)
      : owner_(owner), id_(id), site_(std::move(site)) {}
  ~Client() override { owner_.order({Order::Kind::forget_client, nullptr, id_}); }

  std::unique_ptr<Exchange> start(Request request, Sink& sink) override {
    auto passage = std::make_shared<Passage>(id_, site_, std::move(request));
    passage->sink = &sink;
    owner_.order({Order::Kind::start, passage, 0});
    return std::make_unique<Under>(owner_, std::move(passage));
  }

 private:
  Network& owner_;
  const ClientId id_;
  const SitePtr site_;
};

Network::Network(base::Loop& loop, NetworkOptions options)
    : loop_(loop),
      options_(std::move(options)),
      reports_(loop, kMessagesMax, [this](Report&& report) { receive(std::move(report)); }) {
  std::signal(SIGPIPE, SIG_IGN);  // a connection that was closed is an error code, no death
  set_up_libcurl();
}

Network::~Network() {
  if (!thread_.joinable()) return;
  engine_->stop();
  thread_.join();
}

void Network::start_thread() {
  const SignalsBlocked inherited;
  std::promise<Engine*> ready;
  thread_ = std::thread([this, &ready] {
    pthread_setname_np(pthread_self(), "network");
    Engine engine(*this);
    ready.set_value(&engine);
    engine.run();
  });
  engine_ = ready.get_future().get();
}

std::unique_ptr<HttpClient> Network::client(SitePtr site) {
  if (engine_ == nullptr) start_thread();
  return std::make_unique<Client>(*this, ++last_client_, std::move(site));
}

void Network::order(Order order) {
  engine_->post(std::move(order));
}

// Any of these calls may end the exchange.
void Network::receive(Report&& report) {
  Passage& passage = *report.passage;
  if (passage.sink != nullptr && report.head) passage.sink->on_head(*report.head);
  const std::size_t left = passage.undelivered -= report.body.size();
  if (passage.waiting && left <= Passage::kUndeliveredMax / 2) {
    passage.waiting = false;
    order({Order::Kind::resume, report.passage, 0});
  }
  if (passage.sink != nullptr && !report.body.empty()) passage.sink->on_body(report.body);
  if (passage.sink == nullptr || !report.end) return;
  std::exchange(passage.sink, nullptr)->on_end(*std::move(report.end));
}

}  // namespace net
