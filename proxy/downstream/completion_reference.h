// What a completion/complete is about: the prompt or resource that its params.ref names. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace proxy::downstream {

struct CompletionReference {
  enum class Kind : std::uint8_t { prompt, resource };
  Kind kind = Kind::prompt;
  std::string text;      // the prompt's name, or the URI or template of the resource
  std::string_view raw;  // the object itself, a view into the params
};

// `params` is the raw object, or empty. Errors: invalid_argument that says what is missing.
base::Result<CompletionReference> read_completion_reference(std::string_view params);

// The same params with another name or URI, all else byte for byte.
std::string with_completion_reference(std::string_view params, const CompletionReference& reference,
                                      std::string_view text);

}  // namespace proxy::downstream
