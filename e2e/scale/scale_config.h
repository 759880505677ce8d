// The 159-server demo configuration as this test wants it: with groups of 5, 20 and 50 below one
// parent, whose members are in a group of their own besides, a group of all servers, one server
// that fails at every start, and a comment that must survive. Values.
#pragma once
#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace scale {

struct ScaleConfig {
  std::filesystem::path path;
  std::filesystem::path data_dir;
  std::map<int, std::set<std::string>> members;  // of "scale-5" and so on, by size
  std::set<std::string> everybody;               // of kEverybody, which only the eager one has
  std::string failing;
};

inline constexpr const char* kParentGroup = "scale";
inline constexpr const char* kEverybody = "scale-everybody";
inline constexpr const char* kComment = "// written by hand, and to be kept";
std::string group_of(int size);  // "scale-20"

enum class Loading { lazy, eager };
// Into a folder of its own below `folder`. Gives up when it cannot be written.
ScaleConfig write_scale_config(const std::filesystem::path& folder, Loading loading);

std::string text_of(const std::filesystem::path& file);

}  // namespace scale
