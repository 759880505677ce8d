#include <fmt/format.h>

#include "protocol/envelope.h"
#include "protocol/raw_json.h"

namespace protocol {
namespace {

// Notes where the elements of the outermost array lie.
struct BatchSink {
  std::vector<std::string_view> members;
  std::uint32_t depth = 0;
  bool is_array = false;
  bool too_many = false;
  const char* start = nullptr;

  bool scalar(JsonKind, std::string_view raw) { return depth != 1 || add(raw); }
  bool key(std::string_view) { return true; }
  bool open(JsonKind kind, const char* first) {
    if (depth == 0) is_array = kind == JsonKind::array;
    if (depth == 1) start = first;
    ++depth;
    return is_array;
  }
  bool close(const char* end) {
    --depth;
    return depth != 1 || add({start, static_cast<std::size_t>(end - start)});
  }
  bool add(std::string_view raw) {
    too_many = members.size() == kBatchMessagesMax;
    if (!too_many) members.push_back(raw);
    return !too_many;
  }
};

}  // namespace

base::Result<std::vector<std::string_view>> split_batch(std::string_view bytes) {
  BatchSink sink;
  const JsonFault fault = read_json(bytes, sink);
  if (sink.too_many) {
    return base::Error{base::ErrorCode::too_many,
                       fmt::format("the batch has over {} messages", kBatchMessagesMax),
                       "Send smaller batches"};
  }
  if (fault.problem != nullptr) {
    return base::Error{base::ErrorCode::invalid_json,
                       fmt::format("not valid JSON at byte {}: {}", fault.offset, fault.problem),
                       "Send a JSON array of messages"};
  }
  if (!sink.is_array || sink.members.empty()) {
    return base::Error{base::ErrorCode::invalid_message, "the batch is not an array with messages",
                       "Send a JSON array of messages"};
  }
  return std::move(sink.members);
}

}  // namespace protocol
