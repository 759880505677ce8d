// Finds tools by words: the one door to this folder. Resource, owned by the proxy's catalog.
//
// Ownership: copies what it is given; answers belong to the caller.
// Threads:   the loop thread only; no locks. A search sees a whole generation of each server, old
// or new. Limits:    kToolsMax tools of kTextBytesMax bytes of text each; beyond, replace() refuses
// whole. Cost:      replace() is linear in the text of one server; find() in the postings of the
// query's words:
//            well under a millisecond at 3,000 tools, some milliseconds at 100,000.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/result.h"
#include "search/lexicon.h"
#include "search/ranker.h"
#include "search/tool_document.h"
#include "search/tuning.h"

namespace search {

// Servers by name, for scopes (a group, what a principal may see). Value.
class ServerSet {
 public:
  void insert(std::string_view server) { names_.emplace(server); }
  bool contains(std::string_view server) const { return names_.contains(server); }
  std::size_t size() const { return names_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
};

struct Query {
  std::string_view text;
  std::uint32_t limit = 15;            // taken as kHitsMax when larger
  std::string_view server = {};        // only this one's tools; empty: all
  const ServerSet* allowed = nullptr;  // only these servers' tools; null: all. Outlives find()
  bool read_only = false;              // only tools added with read_only
  bool explain = false;
};

struct Hit {
  std::string server;
  std::string tool;
  float score = 0.0F;  // no unit; comparable within one answer
  Availability availability = Availability::startable;
  bool read_only = false;
  bool destructive = true;
  bool exact = false;  // the query is this tool's id
  // How many near-identical tools of other servers were left out of the answer for this one.
  std::uint32_t twins_omitted = 0;
  std::optional<Explanation> explanation;  // when asked for
};

enum class AnswerKind : std::uint8_t {
  ranked,   // by score
  listing,  // the query has no words: tools by server and name
};

struct SearchAnswer {
  AnswerKind kind = AnswerKind::ranked;
  std::uint32_t total = 0;  // that match, whatever the limit
  std::vector<Hit> hits;    // best first; equal scores by server and tool name
  // Words of the query that the index does not know, and what was taken instead (may be empty).
  struct Respelled {
    std::string word;
    std::string taken_for;
  };
  std::vector<Respelled> respelled;
};

class ToolIndex {
 public:
  static constexpr std::uint32_t kToolsMax = 1'000'000;
  static constexpr std::size_t kTextBytesMax = 1024 * 1024;  // of one tool, all texts together
  static constexpr std::size_t kNameBytesMax = 1024;
  static constexpr std::uint32_t kHitsMax = 1000;

  explicit ToolIndex(const Tuning& tuning = {}, Lexicon lexicon = Lexicon::builtin());
  ~ToolIndex();
  ToolIndex(const ToolIndex&) = delete;
  ToolIndex& operator=(const ToolIndex&) = delete;

  // Makes `tools` the complete generation of the server; an empty one forgets its tools. Returns
  // how many tools are indexed afterwards, over all servers. On an error nothing has changed.
  base::Result<std::uint32_t> replace(const ServerDocument& server,
                                      std::span<const ToolDocument> tools);

  // May come before the first generation. A server starts as `startable`.
  void set_availability(std::string_view server, Availability availability);

  // How much and how recently a tool was used, 0 to 1; adds at most Tuning::prior_max of its score.
  // Forgotten when the generation is replaced. Unknown tools are ignored.
  void set_prior(std::string_view server, std::string_view tool, float prior);

  // Replaces the synonyms; no tool is analysed anew.
  void set_lexicon(Lexicon lexicon) { lexicon_ = std::move(lexicon); }

  SearchAnswer find(const Query& query) const;

  // Of servers that have tools and are not hidden, sorted: to say which exist.
  std::vector<std::string> server_names() const;
  std::uint32_t tool_count() const;
  std::size_t bytes() const;  // memory of the index, about

 private:
  struct Parts;
  std::vector<std::uint8_t> admitted(const Query& query) const;
  void list_all(const Query& query, std::span<const std::uint8_t> admitted,
                SearchAnswer& answer) const;
  RowId exact_row(std::string_view text, std::span<const std::uint8_t> admitted) const;
  Hit hit_of(RowId row, float score) const;
  void choose(const Query& query, RowId exact, std::span<const Candidate> ranked,
              SearchAnswer& answer) const;

  Tuning tuning_;
  Lexicon lexicon_;
  std::unique_ptr<Parts> parts_;  // never null
};

}  // namespace search
