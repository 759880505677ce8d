// Removes the containers that an earlier daemon of the same data directory left running: those that
// carry its label (package_runner.h). Killing the `docker` client does not end its container, so
// after a crash nothing else would. Resource.
//
// Threads: the loop thread; nothing blocks. Limits: kLimit for both commands together.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "upstream/transport/stdio_transport.h"

namespace upstream {

class ContainerSweep final : private TransportListener {
 public:
  static constexpr base::Milliseconds kLimit{30'000};
  static constexpr std::size_t kContainersMax = 1000;
  // How many containers docker was asked to remove; 0 also when there is no docker.
  using Callback = std::function<void(std::size_t removed)>;

  // `environment` is the children's: it says where docker and its daemon are. `host` outlives it.
  ContainerSweep(StdioHost& host, std::vector<std::string> environment);
  ~ContainerSweep() override;

  // Calls back once, later; never when destroyed before. REQUIRES: called once.
  void run(std::string_view owner, Callback callback);

 private:
  void start_docker(std::vector<std::string> args);
  void on_message(std::string_view bytes) override;
  void on_oversized(std::string_view) override {}
  void on_closed(const Failure& failure) override;
  void finish();

  StdioHost& host_;
  const std::vector<std::string> environment_;
  Callback callback_;
  std::vector<std::string> found_;
  bool removing_ = false;
  std::unique_ptr<StdioTransport> docker_;
  base::Timer<ContainerSweep, &ContainerSweep::finish> limit_{*this};
};

}  // namespace upstream
