#include "search/query_reader.h"

#include <algorithm>
#include <optional>

namespace search {
namespace {

constexpr std::size_t kTypoBytesMin = 4;
constexpr std::size_t kTwoTyposBytesMin = 8;
// In longer texts unknown words are names, not slips.
constexpr std::size_t kTypoQueryWordsMax = 10;
constexpr std::size_t kPrefixBytesMin = 2;
constexpr std::size_t kPrefixQueryWordsMax = 3;

bool splits_clause(std::string_view word) {
  return word == "or" || word == "and" || word == "then";
}

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::itself:
      return "itself";
    case Reason::joined:
      return "joined";
    case Reason::synonym:
      return "synonym";
    case Reason::related:
      return "related";
    case Reason::family:
      return "family";
    case Reason::prefix:
      return "prefix";
    case Reason::typo:
      return "typo";
  }
  return "";
}

QueryPlan QueryReader::read(std::string_view text, const Lexicon& lexicon) {
  words_.clear();
  clause_ = 0;
  gap_free_ = false;
  std::string_view head = text.substr(0, kTextBytesMax);
  const PlainQuery plain = without_paths(head, lexicon, analyzer_.stemmer());
  read_words(plain.text, lexicon);
  for (const PathUse& use : plain.paths) add_path(use, lexicon);
  QueryPlan plan;
  plan.lexicon = &lexicon;
  plan.clauses =
      words_.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(words_.back().clause + 1);
  for (const Word& word : words_) {
    if (plan.concepts.size() == kConceptsMax) break;
    plan.concepts.push_back({word.surface, word.weight, word.clause, {}});
    add_variant(plan.concepts.back(), word.stem, 1.0F, Reason::itself);
  }
  note_actions(plan, lexicon);
  add_phrases(plan, lexicon);
  add_families(plan);
  add_spellings(plan);
  add_joins(plan);
  return plan;
}

void QueryReader::note_actions(QueryPlan& plan, const Lexicon& lexicon) const {
  std::optional<std::uint8_t> acted;
  for (const Word& word : words_) {
    const std::uint32_t actions = lexicon.actions(word.stem);
    if (actions == 0 || acted == word.clause) continue;
    plan.actions |= actions;
    acted = word.clause;
  }
}

// "save ... /root/a.md" asks for a tool that writes such files, in a clause of its own.
void QueryReader::add_path(const PathUse& use, const Lexicon& lexicon) {
  if (!words_.empty())
    clause_ = static_cast<std::uint8_t>(std::min<int>(clause_ + 1, kClausesMax - 1));
  gap_free_ = false;
  add_word(use.writes ? "write" : "read", tuning_.path_weight, true, lexicon);
  const std::string_view words = use.words;
  for (std::size_t from = 0; from < words.size();) {
    const std::size_t to = std::min(words.find(' ', from), words.size());
    if (to > from) add_word(words.substr(from, to - from), tuning_.path_weight, true, lexicon);
    from = to + 1;
  }
}

void QueryReader::read_words(std::string_view text, const Lexicon& lexicon) {
  WordReader reader;
  reader.start(text);
  bool fresh = true;  // nothing in this clause yet
  while (reader.next()) {
    const bool border = reader.gap() == '.' || reader.gap() == ',' || splits_clause(reader.whole());
    if (border && !fresh) {
      clause_ = static_cast<std::uint8_t>(std::min<int>(clause_ + 1, kClausesMax - 1));
      fresh = true;
    }
    if (border) gap_free_ = false;
    const std::size_t before = words_.size();
    const std::size_t parts = reader.part_count();
    if (parts == 1) {
      if (Analyzer::is_stop_word(reader.whole())) continue;
      add_word(reader.whole(), 1.0F, !reader.is_pair(), lexicon);
    } else {
      const TermId whole = store_.dictionary().find(analyzer_.stem(reader.whole()));
      const bool has_whole = known(whole);
      if (has_whole) add_word(reader.whole(), 1.0F, false, lexicon);
      for (std::size_t i = 0; i < parts; ++i) {
        if (Analyzer::is_stop_word(reader.part(i))) continue;
        add_word(reader.part(i), has_whole ? tuning_.part_weight : 1.0F, !has_whole, lexicon);
      }
    }
    fresh = fresh && words_.size() == before;
  }
}

void QueryReader::add_word(std::string_view surface, float weight, bool simple,
                           const Lexicon& lexicon) {
  Word word;
  word.surface = surface;
  word.stem = analyzer_.stem(surface);
  word.clause = clause_;
  word.simple = simple;
  word.after_neighbour = gap_free_;
  const Salience salience = lexicon.salience(word.stem);
  word.weight = weight * (salience == Salience::filler ? tuning_.filler_weight
                          : salience == Salience::weak ? tuning_.weak_weight
                                                       : 1.0F);
  // A word said again in another clause still counts there, but within one clause once.
  const auto same = [&](const Word& w) { return w.clause == word.clause && w.stem == word.stem; };
  const auto twin = std::ranges::find_if(words_, same);
  gap_free_ = true;
  if (twin != words_.end()) {
    twin->weight = std::max(twin->weight, word.weight);
    return;
  }
  words_.push_back(std::move(word));
}

void QueryReader::add_variant(Concept& concept_, std::string_view term, float weight,
                              Reason reason) const {
  const TermId id = store_.dictionary().find(term);
  if (!known(id)) return;
  const auto twin = std::ranges::find(concept_.variants, id, &Variant::term);
  if (twin != concept_.variants.end()) {
    if (twin->weight < weight) *twin = {id, weight, reason};
  } else if (concept_.variants.size() < kVariantsMax) {
    concept_.variants.push_back({id, weight, reason});
  }
}

// Synonyms of single words and of phrases up to three words long.
void QueryReader::add_phrases(QueryPlan& plan, const Lexicon& lexicon) const {
  const std::size_t count = plan.concepts.size();
  for (std::size_t from = 0; from < count; ++from) {
    std::string phrase;
    for (std::size_t length = 1; length <= Lexicon::kItemWordsMax && from + length <= count;
         ++length) {
      const Word& last = words_[from + length - 1];
      if (length > 1 && (!last.after_neighbour || last.clause != words_[from].clause)) break;
      if (length > 1) phrase += ' ';
      phrase += last.stem;
      for (const Expansion& expansion : lexicon.expansions(phrase)) {
        const bool same = expansion.relation == Relation::same;
        const float weight = same ? tuning_.same_weight : tuning_.near_weight;
        const Reason reason = same ? Reason::synonym : Reason::related;
        // A phrase's joined form is as good as the phrase; its single words are only hints.
        std::string joined;
        for (const std::string& stem : expansion.stems) joined += stem;
        for (std::size_t i = from; i < from + length; ++i) {
          add_variant(plan.concepts[i], joined, weight, reason);
          if (expansion.stems.size() == 1) continue;
          for (const std::string& stem : expansion.stems) {
            add_variant(plan.concepts[i], stem, weight * 0.5F, reason);
          }
        }
      }
    }
  }
}

// "deep wiki" also means "deepwiki", "read file" also means the identifier read_file.
void QueryReader::add_joins(QueryPlan& plan) const {
  const std::size_t count = plan.concepts.size();
  for (std::size_t i = 1; i < count && plan.concepts.size() < kConceptsMax; ++i) {
    const Word& a = words_[i - 1];
    const Word& b = words_[i];
    if (!b.after_neighbour || a.clause != b.clause || !a.simple || !b.simple) continue;
    Concept joined{
        a.surface + b.surface, tuning_.join_weight * std::min(a.weight, b.weight), a.clause, {}};
    // Identifiers are stemmed as a whole: their last part decides.
    add_variant(joined, a.surface + b.stem, 1.0F, Reason::joined);
    add_variant(joined, a.stem + b.stem, 1.0F, Reason::joined);
    if (!joined.variants.empty()) plan.concepts.push_back(std::move(joined));
  }
}

// The dictionary also holds terms of forgotten generations, in the order of history: neither may
// show.
void QueryReader::keep_known(std::vector<TermId>& terms) const {
  std::erase_if(terms, [&](TermId term) { return !known(term); });
  std::ranges::sort(terms, [&](TermId a, TermId b) {
    const std::string_view x = store_.dictionary().text(a);
    const std::string_view y = store_.dictionary().text(b);
    return x.size() != y.size() ? x.size() < y.size() : x < y;
  });
}

void QueryReader::add_families(QueryPlan& plan) const {
  std::vector<TermId> family;
  for (std::size_t i = 0; i < plan.concepts.size(); ++i) {
    family.clear();
    store_.dictionary().family(words_[i].stem, family);
    keep_known(family);
    for (const TermId term : family) {
      add_variant(plan.concepts[i], store_.dictionary().text(term), tuning_.derived_weight,
                  Reason::family);
    }
  }
}

// The words that it may become. What many tools say is what was most likely begun: without that
// weight the rarest one would win, for its rarity.
void QueryReader::add_completions(Concept& concept_, const std::string& beginning) const {
  constexpr float kRareWeight = 0.3F;
  std::vector<TermId> longer;
  store_.dictionary().starting_with(beginning, longer);
  keep_known(longer);
  const auto uses = [&](TermId term) { return store_.postings(term).size(); };
  std::ranges::stable_sort(longer, std::ranges::greater{}, uses);
  for (const TermId term : longer) {
    const float share = static_cast<float>(uses(term)) / static_cast<float>(uses(longer.front()));
    add_variant(concept_, store_.dictionary().text(term),
                tuning_.prefix_weight * std::max(share, kRareWeight), Reason::prefix);
  }
}

// For words of which the index knows nothing: what they begin, else what they may have meant.
void QueryReader::add_spellings(QueryPlan& plan) const {
  std::size_t tried = 0;
  const std::size_t count = plan.concepts.size();
  if (count > kTypoQueryWordsMax) return;
  for (std::size_t i = 0; i < count && tried < kUnknownWordsMax; ++i) {
    Concept& concept_ = plan.concepts[i];
    const std::string& word = words_[i].surface;
    if (!concept_.variants.empty()) continue;
    ++tried;
    if (count <= kPrefixQueryWordsMax && i + 1 == count && word.size() >= kPrefixBytesMin) {
      add_completions(concept_, word);
      if (!concept_.variants.empty()) continue;
    }
    if (word.size() < kTypoBytesMin) continue;
    std::vector<Dictionary::Near> near;
    store_.dictionary().near(words_[i].stem, word.size() < kTwoTyposBytesMin ? 1 : 2, near);
    std::erase_if(near, [&](const auto& n) { return !known(n.term); });
    std::ranges::sort(near, [&](const auto& a, const auto& b) {
      if (a.distance != b.distance) return a.distance < b.distance;
      const std::size_t x = store_.postings(a.term).size();
      const std::size_t y = store_.postings(b.term).size();
      return x != y ? x > y : store_.dictionary().text(a.term) < store_.dictionary().text(b.term);
    });
    for (std::size_t n = 0; n < near.size() && n < 3 && near[n].distance == near[0].distance; ++n) {
      const float weight = tuning_.typo_weight / static_cast<float>(near[n].distance);
      add_variant(concept_, store_.dictionary().text(near[n].term), weight, Reason::typo);
    }
  }
}

}  // namespace search
