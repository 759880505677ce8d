#include "upstream/http/http_workers.h"

#include <algorithm>
#include <cassert>
#include <csignal>
#include <utility>

#include "base/log.h"

namespace upstream {
namespace {

using Verdict = ThreadBudget::Verdict;

// Short ones first, and streams when nothing else waits.
constexpr std::array kLanes{HttpLane::control, HttpLane::call, HttpLane::stream};
constexpr std::size_t kLaneCount = kLanes.size();

}  // namespace

struct HttpWorkers::Site {
  HttpSitePtr settings;
  SiteThreads threads;
  std::array<std::deque<Exchange*>, kLaneCount> waiting;  // by HttpLane
  bool has_client = true;

  std::deque<Exchange*>& queue(HttpLane lane) { return waiting[static_cast<std::size_t>(lane)]; }
};

class HttpWorkers::Exchange final : public HttpExchange {
 public:
  enum class State : std::uint8_t { waiting, running, ended };

  Exchange(HttpWorkers& owner, SitePtr where, HttpRequest what, ExchangeListener& told)
      : site(std::move(where)),
        lane(what.lane),
        job(std::make_shared<ExchangeJob>(site->settings, std::move(what), owner.reports_)),
        listener(told),
        owner_(owner) {}
  ~Exchange() override { owner_.withdraw(*this); }

  // It gets no thread.
  void refuse() {
    state = State::ended;
    owner_.loop_.turn().schedule(refusal_);
  }

  const SitePtr site;
  const HttpLane lane;
  const std::shared_ptr<ExchangeJob> job;
  ExchangeListener& listener;
  State state = State::waiting;

 private:
  void tell_refusal() {
    HttpEnd end;
    end.fault = HttpFault::no_thread;
    listener.on_end(std::move(end));
  }

  HttpWorkers& owner_;
  base::EndOfTurn<Exchange, &Exchange::tell_refusal> refusal_{*this};
};

class HttpWorkers::Client final : public HttpClient {
 public:
  Client(HttpWorkers& owner, SitePtr site) : owner_(owner), site_(std::move(site)) {}
  ~Client() override { owner_.release(*site_); }

  std::unique_ptr<HttpExchange> begin(HttpRequest request, ExchangeListener& listener) override {
    auto exchange = std::make_unique<Exchange>(owner_, site_, std::move(request), listener);
    owner_.request(*exchange);
    return exchange;
  }

 private:
  HttpWorkers& owner_;
  const SitePtr site_;
};

HttpWorkers::HttpWorkers(base::Loop& loop, HttpWorkersOptions options)
    : loop_(loop),
      options_(std::move(options)),
      reports_(std::make_shared<ReportBox>(
          loop, [this](WorkerReport&& report) { receive(std::move(report)); })) {
  std::signal(SIGPIPE, SIG_IGN);  // a connection that was closed is an error code, no death
}

HttpWorkers::~HttpWorkers() {
  for (const Idle& idle : idle_) idle.worker->end();
  for (const auto& worker : working_) worker->end();
  if (!threads_->wait_for_none(options_.end_patience)) {
    base::log::warn("http", "{} threads hang in the network and are left behind", threads_->get());
  }
  reports_->close();
}

std::unique_ptr<HttpClient> HttpWorkers::client(HttpSitePtr settings) {
  auto site = std::make_shared<Site>();
  site->settings = std::move(settings);
  std::erase_if(sites_, [](const std::weak_ptr<Site>& known) { return known.expired(); });
  sites_.push_back(site);
  return std::make_unique<Client>(*this, std::move(site));
}

// --- who gets a thread ---

void HttpWorkers::request(Exchange& exchange) {
  Site& site = *exchange.site;
  site.queue(exchange.lane).push_back(&exchange);
  ++waiting_;
  pump(site);
}

void HttpWorkers::withdraw(Exchange& exchange) {
  Site& site = *exchange.site;
  if (exchange.state == Exchange::State::waiting) {
    auto& queue = site.queue(exchange.lane);
    queue.erase(std::find(queue.begin(), queue.end(), &exchange));
    --waiting_;
  } else if (exchange.state == Exchange::State::running) {
    Busy& busy = busy_.at(exchange.job.get());
    busy.exchange = nullptr;
    busy.abandoned_at = loop_.now();
    budget_.abandon(site.threads, exchange.lane);
    exchange.job->cancel();
    if (!hanging_timer_.armed()) loop_.runtime().start(hanging_timer_, options_.hangs_after);
    pump(site);
  }
}

void HttpWorkers::pump(Site& site) {
  for (const HttpLane lane : kLanes) {
    auto& queue = site.queue(lane);
    while (!queue.empty()) {
      const Verdict verdict = budget_.ask(site.threads, lane);
      if (verdict == Verdict::wait) break;
      Exchange& next = *queue.front();
      queue.pop_front();
      --waiting_;
      verdict == Verdict::start ? start(next) : next.refuse();
    }
  }
}

void HttpWorkers::pump_all() {
  for (std::size_t i = 0; i < sites_.size() && waiting_ > 0; ++i) {
    if (const SitePtr site = sites_[(next_site_ + i) % sites_.size()].lock()) pump(*site);
  }
  ++next_site_;
}

void HttpWorkers::start(Exchange& exchange) {
  const SitePtr& site = exchange.site;
  if (!hand_over(site, exchange.job)) return exchange.refuse();
  exchange.state = Exchange::State::running;
  budget_.start(site->threads, exchange.lane);
  trim_idle();
  busy_[exchange.job.get()] = {site, exchange.lane, &exchange, {}, false};
}

// To the site's own idle worker, whose connection may still be open, else to a new one.
bool HttpWorkers::hand_over(const SitePtr& site, const std::shared_ptr<ExchangeJob>& job) {
  for (auto idle = idle_.rbegin(); idle != idle_.rend();) {
    if (idle->site != site) {
      ++idle;
      continue;
    }
    const std::shared_ptr<HttpWorker> worker = std::move(idle->worker);
    idle = std::make_reverse_iterator(idle_.erase(std::next(idle).base()));
    if (!worker->give(job)) continue;
    working_.insert(worker);
    return true;
  }
  make_room();
  auto worker = std::make_shared<HttpWorker>(
      HttpWorker::Setup{site->settings, reports_, threads_, options_.connect, options_.idle_max});
  (void)worker->give(job);
  if (!worker->start()) return false;
  working_.insert(std::move(worker));
  return true;
}

void HttpWorkers::make_room() {
  if (working_.size() + idle_.size() < ThreadBudget::kThreadsMax || idle_.empty()) return;
  end_oldest_idle();
}

void HttpWorkers::release(Site& site) {
  site.has_client = false;
  std::erase_if(idle_, [&site](const Idle& idle) {
    if (idle.site.get() != &site) return false;
    idle.worker->end();
    return true;
  });
}

// --- what they report ---

HttpWorkers::Exchange* HttpWorkers::exchange_of(const ExchangeJob* job) const {
  const auto busy = busy_.find(job);
  return busy == busy_.end() ? nullptr : busy->second.exchange;
}

void HttpWorkers::receive(WorkerReport&& report) {
  const ExchangeJob* job = report.job.get();
  if (std::holds_alternative<WorkerReport::Ended>(report.what)) {
    forget(report.worker.get());
  } else if (auto* how = std::get_if<HttpEnd>(&report.what)) {
    end(job, report.worker, std::move(*how));
  } else if (const auto* events = std::get_if<std::vector<protocol::SseEvent>>(&report.what)) {
    deliver(report.job, *events);
  } else if (Exchange* exchange = exchange_of(job)) {
    exchange->listener.on_head(std::get<HttpHead>(report.what));
  }
}

// Any of them may end the exchange.
void HttpWorkers::deliver(const std::shared_ptr<ExchangeJob>& job,
                          const std::vector<protocol::SseEvent>& events) {
  job->give_credit(ExchangeJob::size_of(events));
  for (const protocol::SseEvent& event : events) {
    Exchange* exchange = exchange_of(job.get());
    if (exchange == nullptr) return;
    exchange->listener.on_event(event);
  }
}

void HttpWorkers::end(const ExchangeJob* job, const std::shared_ptr<HttpWorker>& worker,
                      HttpEnd&& how) {
  const auto found = busy_.find(job);
  assert(found != busy_.end());
  const Busy busy = std::move(found->second);
  busy_.erase(found);
  if (busy.exchange != nullptr) {
    busy.exchange->state = Exchange::State::ended;
    budget_.finish(busy.site->threads, busy.lane);
  } else {
    budget_.come_back(busy.site->threads, busy.hanging);
  }
  rest(worker, busy.site);
  if (waiting_ > 0) pump_all();
  if (busy.exchange != nullptr) busy.exchange->listener.on_end(std::move(how));
}

void HttpWorkers::rest(const std::shared_ptr<HttpWorker>& worker, const SitePtr& site) {
  working_.erase(worker);
  if (site->has_client) {
    idle_.push_back({worker, site});
  } else {
    worker->end();
  }
  trim_idle();
}

void HttpWorkers::trim_idle() {
  while (idle_.size() > budget_.idle_max()) end_oldest_idle();
}

void HttpWorkers::end_oldest_idle() {
  idle_.front().worker->end();
  idle_.pop_front();
}

void HttpWorkers::forget(const HttpWorker* worker) {
  std::erase_if(idle_, [worker](const Idle& idle) { return idle.worker.get() == worker; });
}

void HttpWorkers::look_for_hanging() {
  bool more = false;
  for (auto& [job, busy] : busy_) {
    if (busy.exchange != nullptr || busy.hanging) continue;
    busy.hanging = busy.abandoned_at + options_.hangs_after <= loop_.now();
    if (busy.hanging) {
      budget_.note_hanging(busy.site->threads);
      base::log::warn("http", "server={} a thread hangs in the network: {} in all",
                      busy.site->settings->server, budget_.hanging());
    }
    more |= !busy.hanging;
  }
  if (more) loop_.runtime().start(hanging_timer_, options_.hangs_after);
}

}  // namespace upstream
