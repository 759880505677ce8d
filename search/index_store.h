// The inverted index: terms, postings and rows of all tools. Owned by ToolIndex; loop thread only.
//
// A server's tools are one contiguous range of row numbers, so replacing a generation erases that
// range from the posting lists of the server's own terms and appends the new one: nothing else is
// touched, and no dead posting ever falsifies a document frequency. Row numbers left behind are
// reclaimed by compact().
//
// Cost: replace() is linear in the server's text and in the posting lists of its terms.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "search/analyzer.h"
#include "search/dictionary.h"
#include "search/tool_document.h"
#include "search/tuning.h"

namespace search {

using RowId = std::uint32_t;
using ServerId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFF'FFFFU;

// How often a term stands in each field, few bits each, as one number.
class FieldCounts {
 public:
  void add(Field field);
  std::uint32_t get(Field field) const;
  std::uint16_t bits() const { return bits_; }
  static FieldCounts from_bits(std::uint16_t bits);

 private:
  std::uint16_t bits_ = 0;
};

struct Posting {
  RowId row;
  std::uint16_t impact;  // saturated, length-normalised weight of the term in the row; 65535 is 1
  std::uint16_t counts;  // FieldCounts, to explain the impact
};

struct ToolRow {
  ServerId server = kNone;         // kNone: no tool any more
  std::uint32_t name_offset = 0;   // in Server::names
  std::uint32_t terms_offset = 0;  // in Server::name_terms
  std::uint32_t twin = 0;          // equal for tools of equal name and summary
  std::uint16_t name_length = 0;
  std::uint8_t name_term_count = 0;
  bool read_only = false;
  bool destructive = true;
  std::array<std::uint8_t, kFieldCount> lengths{};  // words per field, at most 255
  float prior = 0.0F;                               // 0..1, how often and recently it was used
};

struct ServerRow {
  std::string name;
  std::string names;               // of its tools, one after the other
  std::vector<TermId> name_terms;  // of its tools' names
  std::vector<TermId> terms;       // all that its tools contain, sorted
  RowId first = 0;
  std::uint32_t count = 0;
  Availability availability = Availability::startable;
};

class IndexStore {
 public:
  explicit IndexStore(const Tuning& tuning);

  // REQUIRES: sizes within the limits of ToolIndex. An empty `tools` forgets the server's tools.
  void replace(const ServerDocument& server, std::span<const ToolDocument> tools);

  ServerId find_server(std::string_view name) const;
  ServerId server_of(std::string_view name);  // made when missing
  std::span<const ServerRow> servers() const { return servers_; }
  ServerRow& server(ServerId id) { return servers_[id]; }

  std::span<const ToolRow> rows() const { return rows_; }
  // ToolRow::server of every row, dense for the inner loop of ranking.
  std::span<const ServerId> row_servers() const { return row_servers_; }
  ToolRow& row(RowId id) { return rows_[id]; }
  std::string_view name_of(const ToolRow& row) const;
  std::span<const TermId> name_terms_of(const ToolRow& row) const;
  RowId find_tool(ServerId server, std::string_view tool) const;  // kNone when there is none

  const Dictionary& dictionary() const { return dictionary_; }
  std::span<const Posting> postings(TermId term) const { return postings_[term]; }
  std::uint32_t tool_count() const { return tool_count_; }
  std::size_t bytes() const;

  // What each field gives to a term's impact in a row, as shares of 1.
  std::array<float, kFieldCount> field_shares(const ToolRow& row, Posting posting) const;

 private:
  struct RowTerm {
    TermId term;
    Field field;
  };
  void erase(ServerRow& server);
  void analyze_server(const ServerDocument& server);
  void analyze(const ToolDocument& tool, ToolRow& row, ServerRow& owner);
  void note(std::string_view text, Field field, ToolRow& row);
  void post(RowId id, const ToolRow& row, ServerRow& owner);
  float weight_in_field(const ToolRow& row, FieldCounts counts, std::size_t field) const;
  void compact();

  Tuning tuning_;
  Analyzer analyzer_{Stemmer::kForIndexing};
  Dictionary dictionary_;
  std::vector<std::vector<Posting>> postings_;  // by term, each by row
  std::vector<ToolRow> rows_;
  std::vector<ServerId> row_servers_;
  std::vector<ServerRow> servers_;
  std::unordered_map<std::string, ServerId> server_ids_;
  std::uint32_t tool_count_ = 0;
  std::vector<RowTerm> row_terms_;     // of the row being analysed
  std::vector<RowTerm> server_terms_;  // that all rows of the generation share
  std::array<std::uint8_t, kFieldCount> server_lengths_{};
  std::vector<TermId> own_terms_;  // of the row's name, then of its summary
};

}  // namespace search
