// The URIs of resources inside a result: where they stand, so that they can be replaced by others
// that the reader of the result can use. Pure.
//
// Cost: one search for the bytes "uri"; only when they are there, one pass over the text.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace protocol {

// What a raw result object is the answer to.
enum class LinkForm : std::uint8_t {
  tool_result,    // content[]: resource_link blocks and embedded resources
  prompt_result,  // the same blocks in messages[].content
  read_result,    // contents[].uri
};

// The raw strings, quotes included, as views into `result`, in order. REQUIRES: valid JSON.
std::vector<std::string_view> find_links(LinkForm form, std::string_view result);

// Appends `result` with each URI replaced by the text that `replace` gives for it. False, and
// nothing appended, when that leaves all as they are.
using LinkReplacer = std::function<std::string(std::string_view uri)>;
bool append_relinked(std::string& out, LinkForm form, std::string_view result,
                     const LinkReplacer& replace);

}  // namespace protocol
