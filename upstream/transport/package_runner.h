// Commands that fetch packages or images before they run a server: slow at first, and docker leaves
// containers behind. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace upstream {

enum class PackageRunner : std::uint8_t { npx, uvx, pipx, docker };

std::string_view to_string(PackageRunner runner);

// By the last part of the command's path: "/usr/bin/npx" is npx. Also `npm exec`, `pnpm dlx`,
// `bunx` (as npx) and `uv tool run` (as uvx).
std::optional<PackageRunner> package_runner_of(std::string_view command,
                                               std::span<const std::string> args);

inline constexpr std::string_view kContainerLabel = "mcptrunk.data_dir";

// `docker run` with --rm and a label that names its owner, so that nothing stays behind and a sweep
// can find it. Other arguments come back unchanged; so does --rm where the user decided about it or
// about --restart, which excludes it.
std::vector<std::string> with_container_cleanup(std::string_view command,
                                                std::vector<std::string> args,
                                                std::string_view owner);

}  // namespace upstream
