// Prints what the envelope scanner costs: ns for typical messages, MB/s for large ones.
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <string_view>

#include "protocol/envelope.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRunTime{400};

struct Sample {
  std::string_view name;
  std::string text;
};

std::string call(std::string_view arguments) {
  return R"({"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"files_search",)"
         R"("arguments":)" +
         std::string(arguments) + R"(,"_meta":{"progressToken":3}}})";
}

std::string tool_list(int tools) {
  std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"tools":[)";
  for (int i = 0; i < tools; ++i) {
    text += fmt::format(
        R"({}{{"name":"tool_{}","description":"Searches the files of a folder by name and content, )"
        R"(and returns at most limit matches.","inputSchema":{{"type":"object","properties":)"
        R"({{"query":{{"type":"string","description":"What to look for"}},"limit":{{"type":"integer",)"
        R"("minimum":1,"maximum":100,"default":10}}}},"required":["query"]}}}})",
        i == 0 ? "" : ",", i);
  }
  return text + "]}}";
}

std::string repeated_text(std::string_view piece, std::size_t bytes) {
  std::string text = R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":")";
  while (text.size() < bytes) text += piece;
  return text + "\"}]}}";
}

std::string numbers(std::size_t bytes) {
  std::string text = "{\"a\":[0";
  for (int i = 1; text.size() < bytes; ++i) text += fmt::format(",{}.{}", i * 7919 % 10007, i % 97);
  return call(text + "]}");
}

void measure(const Sample& sample) {
  std::uint64_t rounds = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < kRunTime) {
    for (int i = 0; i < 8; ++i, ++rounds) {
      if (!protocol::scan(sample.text).ok()) {
        fmt::print("{}: refused\n", sample.name);
        return;
      }
    }
  }
  const auto elapsed = std::chrono::duration<double, std::nano>(Clock::now() - start);
  const double ns = elapsed.count() / static_cast<double>(rounds);
  fmt::print("{:<28} {:>10} bytes {:>12.0f} ns {:>8.0f} MB/s\n", sample.name, sample.text.size(),
             ns, static_cast<double>(sample.text.size()) * 1e3 / ns);
}

}  // namespace

int main() {
  const Sample samples[] = {
      {"tools/call, small", call(R"({"query":"weather in Zürich","limit":5})")},
      {"result, one text block",
       R"({"jsonrpc":"2.0","id":17,"result":{"content":[{"type":"text","text":"3 files found"}],"isError":false}})"},
      {"tools/list, 100 tools", tool_list(100)},
      {"tools/list, 5000 tools", tool_list(5000)},
      {"result, 1 MiB plain text", repeated_text("The quick brown fox. ", 1 << 20)},
      {"result, 1 MiB escaped text", repeated_text(R"(  \"key\": \"value\",\n)", 1 << 20)},
      {"result, 1 MiB Chinese", repeated_text("敏捷的棕色狐狸跳过懒狗", 1 << 20)},
      {"call, 1 MiB of numbers", numbers(1 << 20)},
      {"result, 16 MiB base64", repeated_text("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=", 16 << 20)},
  };
  for (const Sample& sample : samples) measure(sample);
}
