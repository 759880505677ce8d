#include "search/query_paths.h"

#include <algorithm>

namespace search {
namespace {

constexpr std::size_t kChunkBytesMax = 200;  // a longer run without a space is data, not words
constexpr std::size_t kEndingBytesMax = 8;
constexpr std::size_t kPathsMax = 6;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(is_upper(c) ? c + 32 : c);
  return out;
}

std::string_view trim_punctuation(std::string_view chunk) {
  const std::size_t from = chunk.find_first_not_of("\"'`([{<");
  if (from == std::string_view::npos) return {};
  const std::size_t to = chunk.find_last_not_of("\"'`()[]{}<>,;:!?.");
  if (to == std::string_view::npos || to < from) return {};
  return chunk.substr(from, to + 1 - from);
}

bool is_url(std::string_view chunk) {
  return chunk.find("://") != std::string_view::npos || chunk.starts_with("www.");
}

bool is_path(std::string_view chunk) {
  if (chunk.size() < 2) return false;
  for (const std::string_view start : {"/", "~/", "./", "../"}) {
    if (chunk.starts_with(start)) return true;
  }
  if (chunk.size() > 2 && chunk[1] == ':' && (chunk[2] == '\\' || chunk[2] == '/')) return true;
  return std::ranges::count(chunk, '/') >= 2;
}

std::string ending_of(std::string_view chunk) {
  const std::size_t dot = chunk.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || chunk.size() - dot > kEndingBytesMax + 1)
    return {};
  if (chunk.find('/', dot) != std::string_view::npos) return {};
  // "Node.js" is the name of a product, "*.log" a pattern; neither is a file to read or write.
  const bool bare = chunk.find('/') == std::string_view::npos;
  if (bare && (chunk.substr(dot) == ".js" || chunk.front() == '*')) return {};
  return lower(chunk.substr(dot + 1));
}

}  // namespace

PlainQuery without_paths(std::string_view text, const Lexicon& lexicon, Stemmer& stemmer) {
  PlainQuery plain;
  plain.text.reserve(text.size());
  bool writes = false;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    const std::string_view chunk = text.substr(at, end - at);
    const std::string_view core = trim_punctuation(chunk);
    const std::string_view file = lexicon.file_words(ending_of(core));
    if (is_url(core)) {
      plain.text += " url webpage";
    } else if (chunk.size() > kChunkBytesMax) {
      plain.text += ' ';
    } else if (!core.empty() && (!file.empty() || is_path(core))) {
      if (plain.paths.size() < kPathsMax) {
        plain.paths.push_back({std::string(file.empty() ? "path" : file), writes});
      }
      plain.text += ' ';
      plain.text +=
          chunk.substr(static_cast<std::size_t>(core.data() + core.size() - chunk.data()));
    } else {
      plain.text += chunk;
      const FileAct act = lexicon.file_act(stemmer.stem(lower(core)));
      if (act != FileAct::none) writes = act == FileAct::write;
    }
    while (end < text.size() && is_space(text[end])) plain.text += text[end++];
    at = end;
  }
  return plain;
}

}  // namespace search
