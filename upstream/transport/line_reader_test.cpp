#include "upstream/transport/line_reader.h"

#include <catch2/catch.hpp>

namespace upstream {
namespace {

using Event = LineReader::Event;

struct Seen {
  std::vector<std::string> lines;
  std::vector<std::string> oversized;
};

void feed(LineReader& reader, std::string_view bytes, Seen& seen) {
  reader.feed(bytes);
  std::string_view text;
  for (Event event = reader.next(text); event != Event::none; event = reader.next(text)) {
    (event == Event::line ? seen.lines : seen.oversized).emplace_back(text);
  }
}

Seen read_in_pieces(std::string_view bytes, std::size_t piece, std::size_t line_bytes_max) {
  LineReader reader(line_bytes_max);
  Seen seen;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string copy(bytes.substr(at, piece));  // so that ASan sees a view kept too long
    feed(reader, copy, seen);
  }
  return seen;
}

TEST_CASE("lines come out the same however the bytes are cut", "[transport]") {
  const std::string text =
      "\xEF\xBB\xBF{\"a\":1}\r\n\n\r\n  \n{\"b\":\"\xC3\xA4\xF0\x9F\x98\x80\"}\nplain\r\nhalf";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CAPTURE(piece);
    const Seen seen = read_in_pieces(text, piece, 1000);
    CHECK(seen.lines ==
          std::vector<std::string>{"{\"a\":1}", "{\"b\":\"\xC3\xA4\xF0\x9F\x98\x80\"}", "plain"});
    CHECK(seen.oversized.empty());
  }
}

TEST_CASE("a line that lies whole in its chunk is not copied", "[transport]") {
  LineReader reader;
  const std::string chunk = "{\"a\":1}\n{\"b\":2}\n";
  reader.feed(chunk);
  std::string_view line;
  REQUIRE(reader.next(line) == Event::line);
  CHECK(line.data() == chunk.data());
  REQUIRE(reader.next(line) == Event::line);
  CHECK(line.data() == chunk.data() + 8);
}

TEST_CASE("a line over the limit is dropped and named by its id, however it is cut",
          "[transport]") {
  const std::string body(200, 'x');
  const std::string text = "{\"jsonrpc\":\"2.0\",\"result\":{\"id\":7,\"s\":\"\\\"id\\\":1" + body +
                           "\",\"l\":[{\"id\":8}]}, \"id\" : 41 }\n{\"next\":1}\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    CAPTURE(piece);
    const Seen seen = read_in_pieces(text, piece, 100);
    CHECK(seen.oversized == std::vector<std::string>{"41"});
    CHECK(seen.lines == std::vector<std::string>{"{\"next\":1}"});
  }
}

TEST_CASE("the limit is exact: a line of that size passes, one byte more does not", "[transport]") {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{100}}) {
    CHECK(read_in_pieces("12345678\n", piece, 8).lines.size() == 1);
    CHECK(read_in_pieces("123456789\n", piece, 8).oversized.size() == 1);
  }
}

TEST_CASE("an oversized line without a sure id is reported without one", "[transport]") {
  const std::string filler(300, 'y');
  const auto id_of = [&](const std::string& line) {
    const Seen seen = read_in_pieces(line + "\n", 64, 100);
    REQUIRE(seen.oversized.size() == 1);
    return seen.oversized.front();
  };
  CHECK(id_of("{\"id\":\"a\\\"b, }\",\"r\":\"" + filler + "\"}") == "\"a\\\"b, }\"");
  CHECK(id_of("{\"id\":12345678901234567890123,\"r\":\"" + filler + "\"}") ==
        "12345678901234567890123");
  CHECK(id_of("{\"r\":\"" + filler + "\"}").empty());
  CHECK(id_of("{\"id\":1,\"r\":\"" + filler + "\",\"id\":2}").empty());
  CHECK(id_of("{\"id\":1,\"method\":\"sampling/createMessage\",\"p\":\"" + filler + "\"}").empty());
  CHECK(id_of("{\"id\":\"" + filler + "\"}").empty());
  CHECK(id_of("]]]}}}\"" + filler).empty());
}

TEST_CASE("the memory of a long line is given back once it is consumed", "[transport]") {
  LineReader reader;
  Seen seen;
  feed(reader, std::string(100'000, 'a'), seen);
  CHECK(reader.carried_bytes() == 100'000);
  feed(reader, "\n", seen);
  REQUIRE(seen.lines.size() == 1);
  CHECK(seen.lines[0].size() == 100'000);
  CHECK(reader.carry_capacity() <= LineReader::kCarryKeptBytes);
}

TEST_CASE("an oversized line holds no more memory than the limit", "[transport]") {
  LineReader reader(10'000);
  Seen seen;
  for (int i = 0; i < 1000; ++i) feed(reader, std::string(1000, 'a'), seen);
  CHECK(reader.carry_capacity() <= 20'000);
  CHECK(seen.lines.empty());
  feed(reader, "\nok\n", seen);
  CHECK(seen.oversized == std::vector<std::string>{""});
  CHECK(seen.lines == std::vector<std::string>{"ok"});
}

}  // namespace
}  // namespace upstream
