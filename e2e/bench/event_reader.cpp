#include "e2e/bench/event_reader.h"

namespace bench {

std::optional<std::string_view> take_event(std::string_view& bytes, std::string_view event) {
  const std::string head = "event: " + std::string(event) + "\ndata: ";
  const std::size_t start = bytes.find(head);
  if (start == std::string_view::npos) return std::nullopt;
  const std::size_t data = start + head.size();
  const std::size_t end = bytes.find("\n\n", data);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view found = bytes.substr(data, end - data);
  bytes.remove_prefix(end + 2);
  return found;
}

}  // namespace bench
