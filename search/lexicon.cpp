#include "search/lexicon.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "search/words.h"

namespace search {
namespace {

constexpr std::string_view kBuiltinText =
#include "search/lexicon.inc"
    ;

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> pieces;
  while (true) {
    const std::size_t end = text.find(at);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

std::vector<std::string> stems_of(std::string_view item, Stemmer& stemmer) {
  std::vector<std::string> stems;
  WordReader words;
  words.start(item);
  while (words.next()) stems.emplace_back(stemmer.stem(words.whole()));
  return stems;
}

std::string joined(const std::vector<std::string>& stems) {
  std::string phrase;
  for (const std::string& stem : stems) {
    if (!phrase.empty()) phrase += ' ';
    phrase += stem;
  }
  return phrase;
}

using Items = std::vector<std::vector<std::string>>;

base::Result<Items> items_of(std::string_view list, Stemmer& stemmer) {
  Items items;
  for (const std::string_view item : split(list, ',')) {
    items.push_back(stems_of(item, stemmer));
    if (items.back().empty() || items.back().size() > Lexicon::kItemWordsMax) {
      return base::Error{base::ErrorCode::invalid_argument,
                         fmt::format("'{}' is not an item of one to three words", item),
                         "Separate the items with commas"};
    }
  }
  return items;
}

}  // namespace

const Lexicon& Lexicon::builtin() {
  static const Lexicon lexicon = [] {
    auto parsed = Lexicon().extended(kBuiltinText);
    assert(parsed.ok());
    return std::move(parsed).value();
  }();
  return lexicon;
}

base::Result<Lexicon> Lexicon::extended(std::string_view text) const {
  if (text.size() > kTextBytesMax) {
    return base::Error{base::ErrorCode::too_large, "the synonym data is too large",
                       fmt::format("Keep it under {} KiB", kTextBytesMax / 1024)};
  }
  Lexicon wider = *this;
  Stemmer stemmer(Stemmer::kForQueries);
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = line.substr(0, line.find('#'));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (auto read = wider.read_line(line, stemmer); !read.ok()) {
      base::Error error = std::move(read).error();
      error.message = fmt::format("synonym data, line {}: {}", number, error.message);
      return error;
    }
  }
  return wider;
}

base::Result<void> Lexicon::read_line(std::string_view line, Stemmer& stemmer) {
  const std::size_t colon = line.find(':');
  const std::size_t first = line.find_first_not_of(" \t");
  const std::string_view kind =
      line.substr(first, colon == std::string_view::npos ? 0 : colon - first);
  if (kind == "same" || kind == "near") {
    auto items = items_of(line.substr(colon + 1), stemmer);
    if (!items.ok()) return std::move(items).error();
    const Relation relation = kind == "same" ? Relation::same : Relation::near;
    for (const auto& from : *items) {
      for (const auto& to : *items) relate(from, to, relation);
    }
    return base::kDone;
  }
  if (kind == "weak" || kind == "filler") {
    auto items = items_of(line.substr(colon + 1), stemmer);
    if (!items.ok()) return std::move(items).error();
    const Salience salience = kind == "weak" ? Salience::weak : Salience::filler;
    for (const auto& item : *items) salience_[item.front()] = salience;
    return base::kDone;
  }
  if (kind == "reads" || kind == "writes") {
    auto items = items_of(line.substr(colon + 1), stemmer);
    if (!items.ok()) return std::move(items).error();
    for (const auto& item : *items) {
      file_acts_[item.front()] = kind == "reads" ? FileAct::read : FileAct::write;
    }
    return base::kDone;
  }
  if (kind == "action") {
    auto items = items_of(line.substr(colon + 1), stemmer);
    if (!items.ok()) return std::move(items).error();
    for (const auto& item : *items) actions_[item.front()] |= next_action_;
    next_action_ <<= 1U;
    return base::kDone;
  }
  const auto sides =
      split(line.substr(colon == std::string_view::npos ? line.size() : colon + 1), '>');
  if ((kind == "also" || kind == "file") && sides.size() == 2) {
    auto from = items_of(sides[0], stemmer);
    if (!from.ok()) return std::move(from).error();
    if (kind == "file") {
      for (const auto& item : *from) file_words_[item.front()] = sides[1];
      return base::kDone;
    }
    auto to = items_of(sides[1], stemmer);
    if (!to.ok()) return std::move(to).error();
    for (const auto& left : *from) {
      for (const auto& right : *to) relate(left, right, Relation::same);
    }
    return base::kDone;
  }
  return base::Error{base::ErrorCode::invalid_argument, fmt::format("'{}' is no entry", line),
                     "Start the line with same:, near:, also:, file:, weak: or filler:"};
}

void Lexicon::relate(const std::vector<std::string>& from, const std::vector<std::string>& to,
                     Relation relation) {
  if (from == to) return;
  auto& list = expansions_[joined(from)];
  const auto known = std::ranges::find(list, to, &Expansion::stems);
  if (known == list.end()) {
    list.push_back({to, relation});
  } else {
    known->relation = std::min(known->relation, relation);
  }
}

const std::vector<Expansion>& Lexicon::expansions(std::string_view phrase) const {
  static const std::vector<Expansion> kNothing;
  const auto at = expansions_.find(phrase);
  return at == expansions_.end() ? kNothing : at->second;
}

Salience Lexicon::salience(std::string_view stem) const {
  const auto at = salience_.find(stem);
  return at == salience_.end() ? Salience::normal : at->second;
}

FileAct Lexicon::file_act(std::string_view stem) const {
  const auto at = file_acts_.find(stem);
  return at == file_acts_.end() ? FileAct::none : at->second;
}

std::uint32_t Lexicon::actions(std::string_view stem) const {
  const auto at = actions_.find(stem);
  return at == actions_.end() ? 0 : at->second;
}

std::string_view Lexicon::file_words(std::string_view ending) const {
  const auto at = file_words_.find(ending);
  return at == file_words_.end() ? std::string_view() : std::string_view(at->second);
}

}  // namespace search
