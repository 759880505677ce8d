// What to run for one stdio server. Value.
#pragma once
#include <string>
#include <vector>

namespace upstream {

struct ChildSpec {
  std::string server;  // for the log's name and for sentences
  std::string
      command;  // a path, or a name searched in the PATH of `environment`; never a shell line
  std::vector<std::string> args;
  std::vector<std::string> environment;  // complete: "NAME=value" (environment.h makes it)
  std::string working_dir;               // empty: the daemon's
  std::vector<std::string> secrets{};    // hidden in what is kept of its stderr
};

}  // namespace upstream
