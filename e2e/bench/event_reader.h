// Just enough of an event stream to measure with: whole events as our daemon writes them, each in
// one chunk. Pure.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace bench {

// Takes the data of the first event named `event` off `bytes`, with all that stands before it; the
// view is valid as long as the bytes are. Nothing when no such event is whole yet.
std::optional<std::string_view> take_event(std::string_view& bytes, std::string_view event);

}  // namespace bench
