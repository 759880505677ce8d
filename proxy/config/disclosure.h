// Decides what of a configured text is shown: only what is known to be harmless (harmless.h) and
// references, "***" stands for the rest. What is shown and what is hidden come from one decision,
// so that whatever is not shown is also what must not be heard (secret_texts.h). Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace proxy::config {

struct Disclosure {
  std::string shown;
  std::vector<std::string> hidden;  // parts of the text, none of them empty
  bool operator==(const Disclosure&) const = default;
};

// A text under a name: a variable, a header, a field. Under the name of a secret only references
// are shown.
Disclosure disclose_value(std::string_view name, std::string_view value);

// Shown are scheme, host, port, names in the query, and the path up to the first segment that is
// not known to be harmless. Also of databases: "postgres://***@db:5432/***".
Disclosure disclose_url(std::string_view url);

Disclosure disclose_path(std::string_view path);

// A path or a name of a program; of a whole command line each word for itself.
Disclosure disclose_command(std::string_view command);

// One for each argument of `command`: its options, its package where it runs one, plain values of
// options that name no secret.
std::vector<Disclosure> disclose_arguments(std::string_view command,
                                           const std::vector<std::string>& args);

}  // namespace proxy::config
