// One server as another program wrote it, as one of ours; called by read_foreign() only.
#pragma once
#include <string_view>

#include "proxy/config/import.h"
#include "proxy/config/spanned_json.h"

namespace proxy::config {

// `entry` is a member of the list, its key the name; `text` is what the tree was made of.
ImportedServer import_entry(std::string_view text, const JsonNode& entry);

// A name of ours that reads like `name`.
std::string imported_name(std::string_view name);

// `text` with the references of other programs as ours: ${input:a-key} becomes ${A_KEY}, $NAME (the
// whole text) ${NAME}, ${userHome} ${HOME}. What cannot be had here is noted.
std::string imported_text(std::string text, std::vector<std::string>& notes);

}  // namespace proxy::config
