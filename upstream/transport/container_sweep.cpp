#include "upstream/transport/container_sweep.h"

#include "upstream/transport/package_runner.h"

namespace upstream {
namespace {

// What docker prints for a container with -q: anything else is a message, not an id.
bool is_container_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

ContainerSweep::ContainerSweep(StdioHost& host, std::vector<std::string> environment)
    : host_(host), environment_(std::move(environment)) {}

ContainerSweep::~ContainerSweep() = default;

void ContainerSweep::run(std::string_view owner, Callback callback) {
  callback_ = std::move(callback);
  host_.loop().runtime().start(limit_, kLimit);
  std::string filter = "label=";
  filter.append(kContainerLabel).append("=").append(owner);
  start_docker({"ps", "--all", "--quiet", "--filter", std::move(filter)});
}

void ContainerSweep::start_docker(std::vector<std::string> args) {
  docker_ = std::make_unique<StdioTransport>(
      host_, ChildSpec{"@docker-sweep", "docker", std::move(args), environment_, ""});
  docker_->start(*this);
}

void ContainerSweep::on_message(std::string_view bytes) {
  if (removing_ || !is_container_id(bytes) || found_.size() == kContainersMax) return;
  found_.emplace_back(bytes);
}

void ContainerSweep::on_closed(const Failure& failure) {
  if (removing_ || found_.empty() || failure.detail != 0) {
    finish();
    return;
  }
  removing_ = true;
  std::vector<std::string> args{"rm", "--force"};
  args.insert(args.end(), found_.begin(), found_.end());
  start_docker(std::move(args));
}

void ContainerSweep::finish() {
  limit_.cancel();
  docker_.reset();
  const Callback callback = std::move(callback_);
  callback(removing_ ? found_.size() : 0);
}

}  // namespace upstream
