#include "base/result.h"

namespace base {

std::string one_line(const Error& error) {
  if (error.remedy.empty()) return error.message;
  const bool ends = error.message.empty() ||
                    std::string_view(".?!").find(error.message.back()) != std::string_view::npos;
  const std::string_view stop = ends ? " " : ". ";
  return error.message + std::string(stop) + error.remedy;
}

}  // namespace base
