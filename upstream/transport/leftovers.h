// Finds processes by the marker in their environment (kMarkerVariable) and kills them: for trees
// whose shim was killed, and at start for those of a daemon that was killed together with its
// shims.
#pragma once
#include <string_view>

namespace upstream {

// Kills every process of this user whose marker starts with `marker`, until none is left that can
// be seen; returns how many were killed. Never this process itself. A process that has replaced its
// environment is not found. Cost: one read for each process of the machine; blocks for some
// milliseconds.
int kill_marked(std::string_view marker);

}  // namespace upstream
