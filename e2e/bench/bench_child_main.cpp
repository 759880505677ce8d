// bench_child: the cheapest possible stdio upstream. Answers every line that has an id with a small
// result, without parsing JSON; many answers leave in one write. It shows what the hop costs when
// the server itself costs nothing.
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

namespace {

constexpr std::string_view kInitialized =
    R"("result":{"protocolVersion":"2025-06-18","capabilities":{"tools":{}},)"
    R"("serverInfo":{"name":"bench_child","version":"1"}}})";
constexpr std::string_view kTools =
    R"("result":{"tools":[{"name":"echo","description":"Says what it was told.",)"
    R"("inputSchema":{"type":"object","properties":{"message":{"type":"string"}}}}]}})";
constexpr std::string_view kCalled = R"("result":{"content":[{"type":"text","text":"hello"}]}})";
constexpr std::string_view kUnknown = R"("error":{"code":-32601,"message":"Method not found"}})";

// The id as it stands in the line; empty for notifications. Ids of our clients hold no comma.
std::string_view id_of(std::string_view line) {
  constexpr std::string_view kKey = R"("id":)";
  const std::size_t at = line.find(kKey);
  if (at == std::string_view::npos) return {};
  const std::size_t begin = at + kKey.size();
  return line.substr(begin, line.find_first_of(",}", begin) - begin);
}

std::string_view outcome_of(std::string_view line) {
  const auto asks = [&](std::string_view method) {
    return line.find(method) != std::string_view::npos;
  };
  if (asks(R"("tools/call")")) return kCalled;
  if (asks(R"("initialize")")) return kInitialized;
  if (asks(R"("tools/list")")) return kTools;
  if (asks(R"("ping")")) return R"("result":{}})";
  return kUnknown;
}

void answer(std::string_view line, std::string& out) {
  const std::string_view id = id_of(line);
  if (id.empty()) return;
  out.append(R"({"jsonrpc":"2.0","id":)").append(id).append(",");
  out.append(outcome_of(line)).append("\n");
}

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

int main() {
  static std::array<char, 1U << 16> buffer;
  std::string pending, out;
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count <= 0) return 0;
    pending.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1) {
      answer(std::string_view(pending).substr(begin, end - begin), out);
    }
    pending.erase(0, begin);
    if (!write_all(out)) return 0;
    out.clear();
  }
}
