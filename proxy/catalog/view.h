// Which upstreams a client sees, and by what names: what a surface shows of the catalog. Values.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "upstream/fleet/upstream_spec.h"

namespace proxy::catalog {

// A set of upstreams; all of them at first.
class Scope {
 public:
  static Scope all() { return {}; }
  static Scope of(std::vector<upstream::UpstreamId> members) {
    Scope scope;
    std::sort(members.begin(), members.end());
    scope.members_ = std::move(members);
    return scope;
  }

  bool contains(upstream::UpstreamId id) const {
    return !members_ || std::binary_search(members_->begin(), members_->end(), id);
  }
  bool operator==(const Scope&) const = default;

 private:
  std::optional<std::vector<upstream::UpstreamId>> members_;  // sorted; absent: all
};

enum class Naming : std::uint8_t {
  flat,  // server__tool: names of several upstreams cannot meet
  own,   // as the upstream says; for a scope of one
};

struct View {
  Scope scope;
  Naming naming = Naming::flat;
  upstream::UpstreamId only = 0;  // with Naming::own: the one upstream of the scope
};

}  // namespace proxy::catalog
