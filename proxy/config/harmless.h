// What of a configuration is known to hold no secret, by what it is: a word of a small dictionary,
// a name of a package, a path, a number. Whatever is not known is not harmless. Pure.
#pragma once
#include <string_view>

namespace proxy::config {

// Whether a field, a variable, a header or an option of that name holds a secret.
bool names_secret(std::string_view name);

// Of the dictionary, or made of its words: "serve", "read-only", "mcp_server".
bool is_known_word(std::string_view text);
// Or one that secrets are called, or made of: "token", "admin". No reason to show it, but none to
// take it out of a text.
bool is_everyday_word(std::string_view text);

// "4000", "1.5", "30s", "512m", "1.6.2": at most five digits in a row, for a longer number may be a
// PIN or an account.
bool is_small_number(std::string_view text);

// "-y", "--read-only", "--readOnly", "-stdio".
bool is_option_name(std::string_view text);

// "CONFLUENCE_API_TOKEN": what environments call their variables.
bool is_usual_variable(std::string_view text);

// Words, however rare, and small numbers, with '-', '_' and '.' between them, such as people call
// folders, packages and hosts; no hexadecimal digest, no UUID, nothing random.
bool is_plain_name(std::string_view text);

// "@scope/name", "mcp-server-git@1.2", "pkg[extra]==1.0", "ghcr.io/org/image:tag",
// "jsr:@scope/name", "github.com/org/tools/cmd/mcp@latest": of plain names. Only where a package is
// expected: a password may look like its name.
bool is_package(std::string_view text);
// What is one wherever it stands: of a scope, or named after MCP.
bool is_certain_package(std::string_view text);

// "/a/b", "./a", "~/a", "C:\a", "${HOME}/a", "server.py", "dist/index.js": of plain names.
bool is_plain_path(std::string_view text);

}  // namespace proxy::config
