// A tool's description, cut where authors commonly cut it: first sentence, body, and the sections
// about arguments and results that docstrings carry inside. Pure; views into the given text.
#pragma once
#include <string_view>

namespace search {

struct DescriptionParts {
  std::string_view summary;     // up to the end of the first sentence or line
  std::string_view rest;        // up to the first section
  std::string_view parameters;  // "Args:", "Parameters:", "Returns:", "Example:" and all after it
};

DescriptionParts split_description(std::string_view description);

}  // namespace search
