// The bytes of the requests that the load sends, made before the clock runs: for each connection a
// head, for each tool a body with room for an id of fixed width. Pure.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "e2e/bench/load.h"

namespace bench {

inline constexpr std::uint64_t kFirstId = 100'000'000;  // nine digits, as all ids
inline constexpr std::size_t kIdDigits = 9;

// A call of one tool from "Content-Length:" on.
struct CallTail {
  std::string text;
  std::size_t id_at = 0;
};

std::vector<CallTail> call_tails(const LoadPlan& plan);
// Opens an event stream at plan.path.
std::string stream_request(const LoadPlan& plan);
// Request line and headers without Content-Length; `session_id` may be empty.
std::string call_head(const LoadPlan& plan, std::string_view session_id);
std::string initialize_request(const LoadPlan& plan);
std::string initialized_request(const LoadPlan& plan, std::string_view session_id);

// Overwrites `out` with the request.
void write_call(std::string& out, std::string_view head, const CallTail& tail, std::uint64_t id);

// Why the body is not a good answer to the call `id`; empty when it is.
std::string_view fault_of(std::string_view body, std::uint64_t id);

}  // namespace bench
