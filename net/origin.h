// All that one client asks of its site, on the network thread: who waits and who is under way, the
// connections, the addresses they are opened to, deadlines. Resource.
//
// Ownership: Traffic's. An idle one keeps its connections for kIdleMax, then nothing but itself.
// Threads:   the network thread.
// Order:     what is asked for waits in line, then for the name and the certificates, then it is
//            libcurl's. Each is given up at its own deadline, wherever it is.
#pragma once
#include <curl/curl.h>

#include <deque>
#include <list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/loop.h"
#include "net/admission.h"
#include "net/handles.h"
#include "net/multi.h"
#include "net/resolver.h"
#include "net/transfer.h"
#include "net/trust_store.h"

namespace net {

class Origin final : private Multi::Owner, private Transfer::Owner {
 public:
  static constexpr base::Milliseconds kIdleMax{30'000};
  // Control messages beyond the site's exchanges_max.
  static constexpr std::size_t kUrgentMax = 64;
  // How long a drained answer may still take.
  static constexpr base::Milliseconds kDrainMax{1000};

  // What all origins share.
  struct Parts {
    base::Loop& loop;
    JobThreads& threads;
    Resolver& resolver;
    std::shared_ptr<TrustStores> stores;
    std::size_t& running;  // of all origins
  };
  // Called at the top of the stack, or inside start_next().
  class Owner {
   public:
    virtual ~Owner() = default;
    virtual void report(Report report) = 0;
    // There may be a place for another: in this origin or, as one ended, in any.
    virtual void on_place(Origin& origin) = 0;
  };

  Origin(Parts parts, SitePtr site, Owner& owner);
  ~Origin() override;
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  void add(PassagePtr passage);
  void give_up(const PassagePtr& passage);
  void drain(const PassagePtr& passage);
  void resume(const PassagePtr& passage);

  std::size_t connections() const { return multi_ ? multi_->open_sockets() : 0; }
  // Somebody waits whom the site's own limit lets go. `crowded`: only urgent ones go now.
  bool has_next(bool crowded) const;
  // REQUIRES: has_next().
  void start_next();
  bool in_turn = false;  // Traffic's mark

 private:
  enum class State : std::uint8_t { waiting, preparing, running };
  // One exchange, from its asking to its end.
  struct Line {
    Line(Origin& of, PassagePtr passage);
    ~Line() { curl_slist_free_all(pins); }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    void on_due() { origin.look_at(*this); }

    Origin& origin;
    Transfer transfer;
    State state = State::waiting;
    bool scout = false;  // and its connection is not ready yet
    base::TimePoint asked_at;
    base::TimePoint started_at{};
    base::TimePoint drained_at{};
    Resolver::Waiter name;
    curl_slist* pins = nullptr;  // "host:port:address,...": the only addresses that may be dialled
    base::Timer<Line, &Line::on_due> due{*this};
  };
  using LinePtr = std::unique_ptr<Line>;

  // --- of libcurl ---
  void on_done(CURL* handle, CURLcode result) override;
  void on_worked() override;
  void on_idle_ended(base::Duration idle) override;
  void on_connected(Transfer& transfer) override;
  void on_dialled(Transfer& transfer) override;
  void on_news(Transfer& transfer) override;
  void on_attention(Transfer& transfer) override;

  const Url& dialled() const { return site_->proxy ? *site_->proxy : site_->url; }
  void prepare(Line& line);
  void load_trust(Line& line);
  void on_trust(base::Result<X509_STORE*> store);
  void resolve(Line& line);
  void on_resolved(Line& line, const Resolved& resolved);
  bool take_addresses(Line& line, const Resolved& resolved);
  void admit(Line& line);
  void admit_waiting();
  void run(Line& line);
  void pin(Line& line, CURL* handle);
  Line& line_of(const Transfer& transfer) { return *lines_.at(transfer.passage().get()); }
  void wake();

  void look_at(Line& line);
  std::optional<base::TimePoint> next_due(const Line& line) const;
  void watch(Line& line);
  std::optional<End> verdict(const Line& line) const;
  void end(Line& line, End end);
  void take_from_curl(Line& line);
  void remove(Line& line);
  void flush();
  void report(Line& line);
  void rest();
  void on_idle();

  const Parts parts_;
  const SitePtr site_;
  Owner& owner_;
  const std::optional<IpAddress> numeric_;  // the host is an address already

  std::unordered_map<const Passage*, LinePtr> lines_;
  std::deque<Line*> urgent_;
  std::deque<Line*> waiting_;
  std::size_t running_ = 0;
  std::vector<Line*> untrusted_;  // wait for the certificates
  X509_STORE* trust_ = nullptr;   // TrustStores's
  bool loading_trust_ = false;

  Admission admission_;
  std::deque<Line*> unadmitted_;  // wait for connections
  base::Duration reuse_max_;      // how old an idle connection may be

  std::unique_ptr<Multi> multi_;      // null when idle for long
  std::unique_ptr<Handles> handles_;  // with multi_
  std::vector<IpAddress> addresses_;  // of the name, as it was last resolved
  std::vector<Line*> news_;           // to be reported at the end of the turn
  std::vector<Line*> attention_;      // to be looked at once libcurl is left
  Resolver::Waiter refresh_;          // nobody waits for it
  const std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  base::EndOfTurn<Origin, &Origin::flush> flush_hook_{*this};
  base::EndOfTurn<Origin, &Origin::admit_waiting> admit_hook_{*this};
  base::Timer<Origin, &Origin::on_idle> idle_timer_{*this};
};

}  // namespace net
