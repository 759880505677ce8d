#include "search/index_store.h"

#include <algorithm>
#include <cmath>

#include "search/description_parts.h"

namespace search {
namespace {

constexpr std::array<std::uint8_t, kFieldCount> kFieldBits{2, 1, 2, 3, 3, 3, 1};
constexpr std::array<std::uint32_t, kFieldCount> kFieldWordsMax{16, 16, 60, 200, 120, 200, 60};
constexpr std::size_t kFieldTextsMax = 200;

constexpr std::array<std::uint8_t, kFieldCount> field_shifts() {
  std::array<std::uint8_t, kFieldCount> shifts{};
  for (std::size_t i = 1; i < kFieldCount; ++i) {
    shifts[i] = static_cast<std::uint8_t>(shifts[i - 1] + kFieldBits[i - 1]);
  }
  return shifts;
}
constexpr auto kFieldShifts = field_shifts();
static_assert(kFieldShifts.back() + kFieldBits.back() <= 16);

constexpr std::size_t index_of(Field field) {
  return static_cast<std::size_t>(field);
}

std::uint32_t hash_terms(std::span<const TermId> terms) {
  std::uint32_t hash = 2166136261U;
  for (const TermId term : terms) hash = (hash ^ term) * 16777619U;
  return hash;
}

}  // namespace

void FieldCounts::add(Field field) {
  const std::size_t i = index_of(field);
  const auto most = (1U << kFieldBits[i]) - 1;
  if (get(field) < most) bits_ = static_cast<std::uint16_t>(bits_ + (1U << kFieldShifts[i]));
}

std::uint32_t FieldCounts::get(Field field) const {
  const std::size_t i = index_of(field);
  return (static_cast<std::uint32_t>(bits_) >> kFieldShifts[i]) & ((1U << kFieldBits[i]) - 1);
}

FieldCounts FieldCounts::from_bits(std::uint16_t bits) {
  FieldCounts counts;
  counts.bits_ = bits;
  return counts;
}

IndexStore::IndexStore(const Tuning& tuning) : tuning_(tuning) {}

ServerId IndexStore::find_server(std::string_view name) const {
  const auto known = server_ids_.find(std::string(name));
  return known == server_ids_.end() ? kNone : known->second;
}

ServerId IndexStore::server_of(std::string_view name) {
  const auto [at, added] =
      server_ids_.try_emplace(std::string(name), static_cast<ServerId>(servers_.size()));
  if (added) servers_.emplace_back().name = name;
  return at->second;
}

std::string_view IndexStore::name_of(const ToolRow& row) const {
  return std::string_view(servers_[row.server].names).substr(row.name_offset, row.name_length);
}

std::span<const TermId> IndexStore::name_terms_of(const ToolRow& row) const {
  return std::span(servers_[row.server].name_terms).subspan(row.terms_offset, row.name_term_count);
}

RowId IndexStore::find_tool(ServerId server, std::string_view tool) const {
  const ServerRow& owner = servers_[server];
  for (RowId id = owner.first; id < owner.first + owner.count; ++id) {
    if (name_of(rows_[id]) == tool) return id;
  }
  return kNone;
}

void IndexStore::replace(const ServerDocument& server, std::span<const ToolDocument> tools) {
  const ServerId id = server_of(server.server);
  erase(servers_[id]);
  if (rows_.size() > 2 * std::size_t{tool_count_} + 1024) compact();
  ServerRow& owner = servers_[id];
  owner.first = static_cast<RowId>(rows_.size());
  analyze_server(server);
  for (const ToolDocument& tool : tools) {
    ToolRow row;
    row.server = id;
    row.read_only = tool.read_only;
    row.destructive = tool.destructive;
    analyze(tool, row, owner);
    post(static_cast<RowId>(rows_.size()), row, owner);
    rows_.push_back(row);
    row_servers_.push_back(id);
  }
  owner.count = static_cast<std::uint32_t>(tools.size());
  tool_count_ += owner.count;
  std::ranges::sort(owner.terms);
  owner.terms.erase(std::unique(owner.terms.begin(), owner.terms.end()), owner.terms.end());
  owner.terms.shrink_to_fit();
  owner.name_terms.shrink_to_fit();
  owner.names.shrink_to_fit();
}

void IndexStore::erase(ServerRow& server) {
  const RowId end = server.first + server.count;
  for (const TermId term : server.terms) {
    auto& list = postings_[term];
    const auto from = std::ranges::lower_bound(list, server.first, {}, &Posting::row);
    const auto to = std::ranges::lower_bound(from, list.end(), end, {}, &Posting::row);
    list.erase(from, to);
  }
  for (RowId id = server.first; id < end; ++id) rows_[id] = ToolRow{};
  tool_count_ -= server.count;
  server.count = 0;
  server.names.clear();
  server.name_terms.clear();
  server.terms.clear();
}

void IndexStore::note(std::string_view text, Field field, ToolRow& row) {
  std::uint8_t& length = row.lengths[index_of(field)];
  const std::uint32_t most = kFieldWordsMax[index_of(field)];
  if (length >= most) return;
  const bool names = field == Field::name || field == Field::server;
  std::uint32_t words = 0;
  analyzer_.terms(text, names, most - length,
                  [&](std::string_view term, TermKind kind, std::uint32_t) {
                    row_terms_.push_back({dictionary_.intern(term), field});
                    if (kind == TermKind::word || kind == TermKind::part) ++words;
                    // The name's own words are what a query has to cover.
                    if (field == Field::name && kind != TermKind::whole && kind != TermKind::pair &&
                        own_terms_.size() < kFieldWordsMax[0]) {
                      own_terms_.push_back(row_terms_.back().term);
                    }
                  });
  length = static_cast<std::uint8_t>(std::min<std::uint32_t>(length + words, 255));
}

// Every tool of a server carries the server's words: analysed once for the generation.
void IndexStore::analyze_server(const ServerDocument& server) {
  row_terms_.clear();
  ToolRow shared;
  note(server.server, Field::server, shared);
  note(server.description, Field::tags, shared);
  for (const std::string& tag : server.tags) note(tag, Field::tags, shared);
  server_terms_ = row_terms_;
  server_lengths_ = shared.lengths;
}

void IndexStore::analyze(const ToolDocument& tool, ToolRow& row, ServerRow& owner) {
  row_terms_ = server_terms_;
  row.lengths = server_lengths_;
  own_terms_.clear();
  row.name_offset = static_cast<std::uint32_t>(owner.names.size());
  row.name_length = static_cast<std::uint16_t>(tool.name.size());
  owner.names += tool.name;
  note(tool.name, Field::name, row);
  row.terms_offset = static_cast<std::uint32_t>(owner.name_terms.size());
  row.name_term_count = static_cast<std::uint8_t>(own_terms_.size());
  owner.name_terms.insert(owner.name_terms.end(), own_terms_.begin(), own_terms_.end());

  const DescriptionParts parts = split_description(tool.description);
  const std::size_t summary_from = row_terms_.size();
  note(parts.summary, Field::summary, row);
  for (std::size_t i = summary_from; i < row_terms_.size(); ++i)
    own_terms_.push_back(row_terms_[i].term);
  row.twin = hash_terms(own_terms_);
  note(parts.rest, Field::description, row);
  for (std::size_t i = 0; i < tool.parameter_names.size() && i < kFieldTextsMax; ++i) {
    note(tool.parameter_names[i], Field::parameter_names, row);
  }
  note(parts.parameters, Field::parameter_texts, row);
  for (std::size_t i = 0; i < tool.parameter_texts.size() && i < kFieldTextsMax; ++i) {
    note(tool.parameter_texts[i], Field::parameter_texts, row);
  }
}

float IndexStore::weight_in_field(const ToolRow& row, FieldCounts counts, std::size_t field) const {
  const auto tf = static_cast<float>(counts.get(static_cast<Field>(field)));
  const float b = tuning_.field_b[field];
  const auto length = static_cast<float>(row.lengths[field]);
  return tuning_.field_weight[field] * tf / (1.0F - b + b * length / tuning_.field_pivot[field]);
}

void IndexStore::post(RowId id, const ToolRow& row, ServerRow& owner) {
  postings_.resize(dictionary_.size());
  std::ranges::sort(row_terms_, {}, &RowTerm::term);
  for (std::size_t i = 0; i < row_terms_.size();) {
    const TermId term = row_terms_[i].term;
    FieldCounts counts;
    for (; i < row_terms_.size() && row_terms_[i].term == term; ++i)
      counts.add(row_terms_[i].field);
    float weight = 0.0F;
    for (std::size_t f = 0; f < kFieldCount; ++f) weight += weight_in_field(row, counts, f);
    const float impact = weight / (tuning_.k1 + weight);
    postings_[term].push_back(
        {id, static_cast<std::uint16_t>(std::lround(impact * 65535.0F)), counts.bits()});
    owner.terms.push_back(term);
  }
}

std::array<float, kFieldCount> IndexStore::field_shares(const ToolRow& row, Posting posting) const {
  std::array<float, kFieldCount> shares{};
  float sum = 0.0F;
  for (std::size_t f = 0; f < kFieldCount; ++f) {
    shares[f] = weight_in_field(row, FieldCounts::from_bits(posting.counts), f);
    sum += shares[f];
  }
  for (float& share : shares) share = sum > 0.0F ? share / sum : 0.0F;
  return shares;
}

// Renumbers rows and terms without gaps. The order of both stays, so the lists stay sorted.
void IndexStore::compact() {
  std::vector<RowId> new_row(rows_.size(), kNone);
  RowId next = 0;
  for (RowId id = 0; id < rows_.size(); ++id) {
    if (rows_[id].server == kNone) continue;
    new_row[id] = next;
    row_servers_[next] = rows_[id].server;
    rows_[next++] = rows_[id];
  }
  rows_.resize(next);
  row_servers_.resize(next);

  Dictionary dictionary;
  std::vector<TermId> new_term(postings_.size(), kNoTerm);
  std::vector<std::vector<Posting>> lists;
  for (TermId term = 0; term < postings_.size(); ++term) {
    if (postings_[term].empty()) continue;
    new_term[term] = dictionary.intern(dictionary_.text(term));
    for (Posting& posting : postings_[term]) posting.row = new_row[posting.row];
    lists.push_back(std::move(postings_[term]));
  }
  dictionary_ = std::move(dictionary);
  postings_ = std::move(lists);
  for (ServerRow& server : servers_) {
    if (server.count == 0) continue;
    server.first = new_row[server.first];
    for (TermId& term : server.terms) term = new_term[term];
    for (TermId& term : server.name_terms) term = new_term[term];
  }
}

std::size_t IndexStore::bytes() const {
  std::size_t total = dictionary_.bytes() +
                      rows_.capacity() * (sizeof(ToolRow) + sizeof(ServerId)) +
                      postings_.capacity() * sizeof(std::vector<Posting>);
  for (const auto& list : postings_) total += list.capacity() * sizeof(Posting);
  for (const ServerRow& server : servers_) {
    total += sizeof(ServerRow) + server.names.capacity() +
             (server.name_terms.capacity() + server.terms.capacity()) * sizeof(TermId);
  }
  return total;
}

}  // namespace search
