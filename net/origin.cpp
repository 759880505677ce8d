#include "net/origin.h"

#include <algorithm>
#include <cassert>

namespace net {
namespace {

// Servers end idle connections when they like. One that ends as a request goes out over it costs
// that request, so it is not used for as long as the server was seen to keep one.
constexpr base::Duration kReuseMax = std::chrono::seconds(30);
constexpr base::Duration kReuseMargin = std::chrono::milliseconds(1500);

template <class T>
void drop(std::vector<T*>& list, const T* one) {
  const auto place = std::find(list.rbegin(), list.rend(), one);
  if (place != list.rend()) list.erase(std::next(place).base());
}

bool means_no_connection(Fault fault) {
  return fault == Fault::refused || fault == Fault::connect_timeout || fault == Fault::tls ||
         fault == Fault::forbidden;
}

}  // namespace

Origin::Line::Line(Origin& of, PassagePtr passage)
    : origin(of),
      transfer(of.parts_.loop, std::move(passage), of),
      asked_at(of.parts_.loop.now()) {}

Origin::Origin(Parts parts, SitePtr site, Owner& owner)
    : parts_(std::move(parts)),
      site_(std::move(site)),
      owner_(owner),
      numeric_(numeric_address(dialled().host)),
      admission_(site_->url.tls),
      reuse_max_(kReuseMax) {}

Origin::~Origin() {
  for (auto& [passage, line] : lines_) take_from_curl(*line);
  parts_.running -= running_;
  rest();
}

// --- from the loop ---

void Origin::add(PassagePtr passage) {
  const Passage* key = passage.get();
  LinePtr& line = lines_[key];
  line = std::make_unique<Line>(*this, std::move(passage));
  (key->request.urgent ? urgent_ : waiting_).push_back(line.get());
  idle_timer_.cancel();
  watch(*line);
}

void Origin::give_up(const PassagePtr& passage) {
  const auto line = lines_.find(passage.get());
  if (line != lines_.end()) remove(*line->second);
}

void Origin::drain(const PassagePtr& passage) {
  const auto found = lines_.find(passage.get());
  if (found == lines_.end()) return;
  Line& line = *found->second;
  if (line.state != State::running) return remove(line);
  line.transfer.drain();
  line.drained_at = parts_.loop.now();
  line.transfer.go_on();
  watch(line);
}

void Origin::resume(const PassagePtr& passage) {
  const auto line = lines_.find(passage.get());
  if (line == lines_.end() || line->second->transfer.handle() == nullptr) return;
  line->second->transfer.go_on();
}

bool Origin::has_next(bool crowded) const {
  if (!urgent_.empty()) return running_ < site_->exchanges_max + kUrgentMax;
  return !crowded && !waiting_.empty() && running_ < site_->exchanges_max;
}

void Origin::start_next() {
  std::deque<Line*>& queue = urgent_.empty() ? waiting_ : urgent_;
  Line& line = *queue.front();
  queue.pop_front();
  line.state = State::preparing;
  line.started_at = parts_.loop.now();
  ++running_;
  ++parts_.running;
  watch(line);
  prepare(line);
}

// --- until it is libcurl's ---

void Origin::prepare(Line& line) {
  const auto written = numeric_address(site_->url.host);
  const std::string_view why = written ? site_->rules.refusal(*written) : std::string_view();
  if (!why.empty()) {
    return end(line, line.transfer.end_of(Fault::forbidden,
                                          fmt::format("{} {}", to_string(*written), why)));
  }
  const bool needs_trust = site_->url.tls || dialled().tls;
  needs_trust&& trust_ == nullptr ? load_trust(line) : resolve(line);
}

void Origin::load_trust(Line& line) {
  untrusted_.push_back(&line);
  if (std::exchange(loading_trust_, true)) return;
  parts_.threads.run([this, stores = parts_.stores, file = site_->ca_file,
                      alive = std::weak_ptr<bool>(alive_)]() -> JobThreads::Done {
    base::Result<X509_STORE*> store = stores->get(file);
    return [this, alive, store = std::move(store)] {
      if (!alive.expired()) on_trust(store);
    };
  });
}

void Origin::on_trust(base::Result<X509_STORE*> store) {
  loading_trust_ = false;
  if (store) trust_ = *store;
  for (Line* line : std::exchange(untrusted_, {})) {
    line->started_at = parts_.loop.now();  // reading files was no matter of the site's
    watch(*line);
    store ? resolve(*line)
          : end(*line, line->transfer.end_of(Fault::tls, base::one_line(store.error())));
  }
}

// A name that was resolved before may be dialled on at its addresses while connections to them are
// open: then it is asked about beside.
void Origin::resolve(Line& line) {
  if (numeric_) return admit(line);
  const std::string& host = dialled().host;
  if (const Resolved* known = parts_.resolver.known(host)) return on_resolved(line, *known);
  if (connections() > 0 && !addresses_.empty()) {
    parts_.resolver.ask(host, refresh_, [](const Resolved&) {});
    return admit(line);
  }
  parts_.resolver.ask(host, line.name,
                      [this, &line](const Resolved& resolved) { on_resolved(line, resolved); });
}

void Origin::on_resolved(Line& line, const Resolved& resolved) {
  if (resolved.addresses.empty()) {
    return end(line, line.transfer.end_of(Fault::unresolved, resolved.problem));
  }
  if (take_addresses(line, resolved)) admit(line);
}

// False: none of them may be dialled, and the line is ended.
bool Origin::take_addresses(Line& line, const Resolved& resolved) {
  std::vector<IpAddress> allowed;
  std::string refused;
  for (const IpAddress& address : resolved.addresses) {
    const std::string_view why = site_->rules.refusal(address);
    why.empty() ? allowed.push_back(address)
                : void(refused = fmt::format("{} {}", to_string(address), why));
  }
  if (allowed.empty()) {
    end(line, line.transfer.end_of(Fault::forbidden, std::move(refused)));
    return false;
  }
  addresses_ = std::move(allowed);
  return true;
}

void Origin::admit(Line& line) {
  unadmitted_.push_back(&line);
  parts_.loop.turn().schedule(admit_hook_);
}

void Origin::admit_waiting() {
  if (multi_) admission_.note_open(multi_->open_sockets());
  while (!unadmitted_.empty()) {
    const Admission::Verdict verdict = admission_.ask();
    if (verdict == Admission::Verdict::wait) return;
    Line& line = *unadmitted_.front();
    unadmitted_.pop_front();
    line.scout = verdict == Admission::Verdict::scout;
    admission_.start(line.scout);
    line.state = State::running;
    run(line);
  }
}

void Origin::run(Line& line) {
  wake();
  CURL* const handle = handles_->take();
  if (!line.transfer.take(handle)) {
    return end(line, line.transfer.end_of(Fault::internal, "a header of it cannot be sent"));
  }
  const bool one_at_a_time = admission_.protocol() == Admission::Protocol::http1;
  curl_easy_setopt(
      handle, CURLOPT_HTTP_VERSION,
      static_cast<long>(one_at_a_time ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
  curl_easy_setopt(handle, CURLOPT_FRESH_CONNECT, line.scout ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN,
                   static_cast<long>(reuse_max_ / std::chrono::seconds(1)));
  if (!numeric_) pin(line, handle);
  if (!multi_->add(handle)) {
    end(line, line.transfer.end_of(Fault::internal, "libcurl does not take it"));
  }
}

void Origin::pin(Line& line, CURL* handle) {
  std::string pin = fmt::format("{}:{}:", dialled().host, dialled().port);
  for (const IpAddress& address : addresses_) {
    const std::string text = to_string(address);
    pin += address.v6 ? "[" + text + "]," : text + ",";
  }
  pin.pop_back();
  line.pins = curl_slist_append(nullptr, pin.c_str());
  curl_easy_setopt(handle, CURLOPT_RESOLVE, line.pins);
}

void Origin::wake() {
  if (multi_) return;
  Multi::Owner& owner = *this;
  multi_ = std::make_unique<Multi>(parts_.loop, owner);
  handles_ = std::make_unique<Handles>(site_, *multi_, trust_);
}

void Origin::rest() {
  handles_.reset();
  multi_.reset();
  admission_.forget();
}

// Whatever libcurl has of it.
void Origin::take_from_curl(Line& line) {
  CURL* const handle = line.transfer.handle();
  if (handle == nullptr) return;
  multi_->remove(handle);
  line.transfer.release();
  handles_->give(handle);
}

void Origin::on_idle() {
  rest();
  owner_.on_place(*this);
}

// --- what libcurl tells ---

void Origin::on_news(Transfer& transfer) {
  news_.push_back(&line_of(transfer));
  parts_.loop.turn().schedule(flush_hook_);
}

void Origin::on_attention(Transfer& transfer) {
  attention_.push_back(&line_of(transfer));
}

void Origin::on_connected(Transfer& transfer) {
  Line& line = line_of(transfer);
  if (!std::exchange(line.scout, false)) return;
  admission_.scout_connected(
      speaks_http2(transfer.handle()) ? Admission::Protocol::http2 : Admission::Protocol::http1,
      multi_->open_sockets());
  parts_.loop.turn().schedule(admit_hook_);
}

void Origin::on_dialled(Transfer& transfer) {
  if (!line_of(transfer).scout) admission_.note_overflow();
}

void Origin::on_idle_ended(base::Duration idle) {
  const base::Duration seen = std::max(idle - kReuseMargin, base::Duration::zero());
  reuse_max_ = std::min(reuse_max_, seen);
}

void Origin::on_done(CURL* handle, CURLcode result) {
  char* told = nullptr;
  curl_easy_getinfo(handle, CURLINFO_PRIVATE, &told);
  const Transfer& transfer = *reinterpret_cast<Transfer*>(told);
  Line& line = line_of(transfer);
  if (const auto kept = transfer.keep_alive()) on_idle_ended(*kept);
  End how = transfer.end_of(result);
  const bool led_nowhere = how.fault == Fault::refused || how.fault == Fault::connect_timeout;
  if (led_nowhere && !numeric_) parts_.resolver.forget(dialled().host);
  end(line, std::move(how));
}

void Origin::on_worked() {
  for (Line* line : std::exchange(attention_, {})) {
    line->transfer.doomed() ? end(*line, line->transfer.end_of(Fault::internal, ""))
                            : report(*line);
  }
}

void Origin::flush() {
  for (Line* line : std::exchange(news_, {})) report(*line);
}

// libcurl reads on when the loop has caught up.
void Origin::report(Line& line) {
  drop(news_, &line);
  owner_.report(line.transfer.report());
  if (line.transfer.should_wait()) curl_easy_pause(line.transfer.handle(), CURLPAUSE_RECV);
}

// --- deadlines and ends ---

std::optional<base::TimePoint> Origin::next_due(const Line& line) const {
  const Request& request = line.transfer.request();
  std::optional<base::TimePoint> due;
  const auto consider = [&due](base::TimePoint at) { due = due ? std::min(*due, at) : at; };
  if (line.transfer.draining()) return line.drained_at + kDrainMax;
  if (request.deadline > base::Duration::zero()) consider(line.asked_at + request.deadline);
  if (line.state != State::waiting && !line.transfer.sent() && !loading_trust_) {
    consider(line.started_at + site_->connect_max);
  }
  if (line.state != State::waiting && request.silence_max > base::Duration::zero()) {
    consider((line.transfer.sent() ? line.transfer.heard_at() : parts_.loop.now()) +
             request.silence_max);
  }
  return due;
}

void Origin::watch(Line& line) {
  const auto due = next_due(line);
  if (due) parts_.loop.timers().start(line.due, *due);
}

// What the time that has passed means for it; nothing: it goes on.
std::optional<End> Origin::verdict(const Line& line) const {
  const base::TimePoint now = parts_.loop.now();
  const Transfer& transfer = line.transfer;
  const Request& request = transfer.request();
  if (request.deadline > base::Duration::zero() && now >= line.asked_at + request.deadline) {
    return transfer.end_of(Fault::late, "");
  }
  if (!transfer.sent()) {
    if (line.state == State::waiting || now < line.started_at + site_->connect_max) return {};
    if (loading_trust_) return {};
    if (transfer.handle() != nullptr) {
      parts_.resolver.forget(dialled().host);
      return transfer.end_of(Fault::connect_timeout, transfer.waits_for());
    }
    return transfer.end_of(Fault::unresolved, "the name service does not answer");
  }
  const bool silent = request.silence_max > base::Duration::zero() && !transfer.should_wait() &&
                      now >= transfer.heard_at() + request.silence_max;
  return silent ? std::optional(transfer.end_of(Fault::silent, "")) : std::nullopt;
}

void Origin::look_at(Line& line) {
  const bool drained = line.transfer.draining() && parts_.loop.now() >= line.drained_at + kDrainMax;
  if (drained) return remove(line);
  if (auto over = verdict(line)) return end(line, std::move(*over));
  watch(line);
}

void Origin::end(Line& line, End how) {
  take_from_curl(line);
  // Who waits for this one's connection would fare no better.
  std::deque<Line*> also;
  if (line.scout && means_no_connection(how.fault)) also = std::exchange(unadmitted_, {});
  for (Line* waiting : also) end(*waiting, how);
  if (!line.transfer.draining()) {
    Report report = line.transfer.report();
    report.end = std::move(how);
    owner_.report(std::move(report));
  }
  remove(line);
}

void Origin::remove(Line& line) {
  take_from_curl(line);
  if (line.state == State::waiting) {
    auto& queue = line.transfer.request().urgent ? urgent_ : waiting_;
    queue.erase(std::find(queue.begin(), queue.end(), &line));
  } else {
    --running_;
    --parts_.running;
    parts_.loop.turn().schedule(admit_hook_);
  }
  if (line.state == State::running) admission_.end(line.scout);
  const auto unadmitted = std::find(unadmitted_.begin(), unadmitted_.end(), &line);
  if (unadmitted != unadmitted_.end()) unadmitted_.erase(unadmitted);
  drop(news_, &line);
  drop(attention_, &line);
  drop(untrusted_, &line);
  lines_.erase(line.transfer.passage().get());
  if (lines_.empty()) parts_.loop.runtime().start(idle_timer_, kIdleMax);
  owner_.on_place(*this);
}

}  // namespace net
