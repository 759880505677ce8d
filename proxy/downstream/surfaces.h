// All surfaces: from a path to what it shows, following the configuration. Resource.
//
// Ownership: the daemon's; catalog and fleet outlive it.
// Threads:   the loop thread.
// Limits:    one surface for each server and group that was asked for; none for other names.
// Cost:      find() is one hash lookup; a surface is made when it is first asked for.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "protocol/handshake.h"
#include "proxy/config/config.h"
#include "proxy/downstream/surface.h"
#include "upstream/fleet/fleet.h"

namespace proxy::downstream {

// What a changed configuration did to surfaces that are in use.
struct SurfaceChanges {
  std::vector<std::shared_ptr<Surface>> changed;  // they show other upstreams, or another way
  std::vector<std::shared_ptr<Surface>> removed;  // their server or group is gone
};

class Surfaces {
 public:
  Surfaces(catalog::Catalog& catalog, const upstream::Fleet& fleet);
  Surfaces(const Surfaces&) = delete;
  Surfaces& operator=(const Surfaces&) = delete;

  // The fleet has the specs of this configuration already.
  SurfaceChanges set_config(std::shared_ptr<const config::Config> config);

  // Errors: not_found with the nearest names, invalid_argument for a name that cannot be decoded.
  base::Result<std::shared_ptr<Surface>> find(const SurfacePath& path);

  // Why an upstream's own surface cannot serve now (disabled, quarantined ..); nothing otherwise.
  std::optional<base::Error> refusal(const Surface& surface) const;
  // What initialize tells a client of the surface.
  protocol::Implementation implementation_of(const Surface& surface) const;
  std::string instructions_of(const Surface& surface) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using ByName = std::unordered_map<std::string, std::shared_ptr<Surface>, Hash, std::equal_to<>>;

  base::Result<std::shared_ptr<Surface>> find_named(ByName& surfaces, Endpoint endpoint,
                                                    std::string_view name);
  // The members it has in the present configuration; nothing when it is gone.
  std::optional<catalog::View> view_of(Endpoint endpoint, std::string_view name) const;
  base::Error unknown(Endpoint endpoint, std::string_view name) const;
  void follow(ByName& surfaces, SurfaceChanges& changes);

  catalog::Catalog& catalog_;
  const upstream::Fleet& fleet_;
  std::shared_ptr<const config::Config> config_;  // null before the first set_config()
  std::shared_ptr<Surface> mcp_, call_, all_;
  ByName servers_, groups_;
};

}  // namespace proxy::downstream
