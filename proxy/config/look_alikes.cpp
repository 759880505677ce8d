#include "proxy/config/look_alikes.h"

#include <fmt/format.h>
#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "base/hidden_text.h"

namespace proxy::config {
namespace {

struct Shape {
  std::string_view letter;
  std::string_view like;
};
// Lower case, after case folding.
constexpr std::array kShapes{
    Shape{"а", "a"}, Shape{"в", "b"}, Shape{"с", "c"}, Shape{"ԁ", "d"}, Shape{"е", "e"},
    Shape{"һ", "h"}, Shape{"н", "h"}, Shape{"і", "i"}, Shape{"ј", "j"}, Shape{"к", "k"},
    Shape{"ӏ", "l"}, Shape{"м", "m"}, Shape{"о", "o"}, Shape{"р", "p"}, Shape{"ԛ", "q"},
    Shape{"г", "r"}, Shape{"ѕ", "s"}, Shape{"т", "t"}, Shape{"ѵ", "v"}, Shape{"ԝ", "w"},
    Shape{"х", "x"}, Shape{"у", "y"}, Shape{"α", "a"}, Shape{"β", "b"}, Shape{"ε", "e"},
    Shape{"η", "n"}, Shape{"ι", "i"}, Shape{"κ", "k"}, Shape{"μ", "u"}, Shape{"ν", "v"},
    Shape{"ο", "o"}, Shape{"ρ", "p"}, Shape{"σ", "o"}, Shape{"τ", "t"}, Shape{"υ", "u"},
    Shape{"χ", "x"}, Shape{"γ", "y"}, Shape{"ı", "i"}, Shape{"ℓ", "l"}, Shape{"ɑ", "a"},
    Shape{"ɡ", "g"}, Shape{"ո", "n"}, Shape{"ѡ", "w"}, Shape{"ω", "w"}, Shape{"‐", "-"},
    Shape{"–", "-"}, Shape{"—", "-"}, Shape{"−", "-"}};
// Before case folding, which would tell them apart.
constexpr std::array kUpperShapes{
    Shape{"I", "l"}, Shape{"1", "l"}, Shape{"|", "l"}, Shape{"0", "o"}, Shape{"Ι", "l"},
    Shape{"І", "l"}, Shape{"Ӏ", "l"}, Shape{"Α", "a"}, Shape{"В", "b"}, Shape{"Н", "h"},
    Shape{"Η", "h"}, Shape{"Ν", "n"}, Shape{"Υ", "y"}, Shape{"Μ", "m"}};
constexpr std::array kPairs{Shape{"rn", "m"}, Shape{"vv", "w"}};

void replace_all(std::string& text, const Shape& shape) {
  for (std::size_t at = text.find(shape.letter); at != std::string::npos;
       at = text.find(shape.letter, at + shape.like.size())) {
    text.replace(at, shape.letter.size(), shape.like);
  }
}

// Compatibility forms and case folded, what is ignorable left out.
std::string folded(std::string_view text) {
  utf8proc_uint8_t* mapped = nullptr;
  const auto options = static_cast<utf8proc_option_t>(
      UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
  const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                                   static_cast<utf8proc_ssize_t>(text.size()), &mapped, options);
  std::string out = length < 0 ? std::string(text)
                               : std::string(reinterpret_cast<const char*>(mapped),
                                             static_cast<std::size_t>(length));
  std::free(mapped);  // NOLINT(cppcoreguidelines-no-malloc): utf8proc allocates it so
  return out;
}

std::string one_separator(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '_' || c == ' ' || c == '.'; }, '-');
  return text;
}

// As it is read aloud: case, separators and what is hidden make no difference.
std::string spoken(std::string_view name) {
  return one_separator(folded(base::without_hidden(name)));
}

// As it is seen.
std::string seen(std::string_view name) {
  std::string text = base::without_hidden(name);
  for (const Shape& shape : kUpperShapes) replace_all(text, shape);
  text = folded(text);
  for (const Shape& shape : kShapes) replace_all(text, shape);
  for (const Shape& shape : kPairs) replace_all(text, shape);
  return one_separator(std::move(text));
}

}  // namespace

bool look_alike(std::string_view one, std::string_view other) {
  return one != other && (spoken(one) == spoken(other) || seen(one) == seen(other));
}

LookAlikes look_alikes(const std::vector<std::string_view>& names) {
  LookAlikes out;
  for (std::string (*key_of)(std::string_view) : {spoken, seen}) {
    std::map<std::string, std::vector<std::string_view>> alike;
    for (const std::string_view name : names) alike[key_of(name)].push_back(name);
    for (const auto& [key, same] : alike) {
      if (same.size() < 2) continue;
      out.emplace(same.front(), same[1]);
      for (std::size_t i = 1; i < same.size(); ++i) out.emplace(same[i], same.front());
    }
  }
  return out;
}

LookAlikes server_look_alikes(const Config& config) {
  std::vector<std::string_view> names;
  for (const ServerConfig& server : config.servers) names.push_back(server.name);
  return look_alikes(names);
}

LookAlikes group_look_alikes(const Config& config) {
  std::vector<std::string_view> names;
  for (const GroupConfig& group : config.groups) names.push_back(group.name);
  return look_alikes(names);
}

std::string look_alike_message(std::string_view other) {
  return fmt::format("its name looks like that of \"{}\"", base::with_hidden_shown(other));
}

}  // namespace proxy::config
