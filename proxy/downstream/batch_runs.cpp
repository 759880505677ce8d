#include "proxy/downstream/batch_runs.h"

#include <utility>

namespace proxy::downstream {

void BatchRuns::start(std::string_view body, const std::vector<std::string_view>& messages,
                      BatchRoom::Share room, std::unique_ptr<BatchRun> run) {
  Job& job =
      jobs_.emplace_back(Job{std::string(body), {}, std::move(room), std::move(run), /*next=*/0});
  job.messages.reserve(messages.size());
  for (const std::string_view message : messages) {
    const auto at = static_cast<std::size_t>(message.data() - body.data());
    job.messages.push_back(std::string_view(job.body).substr(at, message.size()));
  }
  if (!timer_.armed()) runtime_.start(timer_, base::Duration::zero());
}

void BatchRuns::go_on() {
  for (std::size_t i = 0; i < kMessagesInTurn && !jobs_.empty(); ++i) {
    jobs_.splice(jobs_.end(), jobs_, jobs_.begin());
    Job& job = jobs_.back();
    const bool wanted = job.run->carry_out(protocol::scan(job.messages[job.next++]));
    if (!wanted || job.next == job.messages.size()) jobs_.pop_back();
  }
  if (!jobs_.empty()) runtime_.start(timer_, base::Duration::zero());
}

}  // namespace proxy::downstream
