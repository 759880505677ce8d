#include "search/tool_index.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace search {
namespace {

// So many near-identical tools may stand in one answer; more of them are counted, not shown.
constexpr std::uint32_t kTwinsShownMax = 4;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\"'`";
  const std::size_t from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) + 1 - from);
}

std::size_t text_bytes(const ToolDocument& tool) {
  std::size_t bytes = tool.name.size() + tool.description.size();
  for (const std::string& name : tool.parameter_names) bytes += name.size();
  for (const std::string& text : tool.parameter_texts) bytes += text.size();
  return bytes;
}

}  // namespace

struct ToolIndex::Parts {
  explicit Parts(const Tuning& tuning)
      : store(tuning), reader(store, tuning), ranker(store, tuning) {}
  IndexStore store;
  QueryReader reader;
  Ranker ranker;
  std::vector<Candidate> ranked;
};

ToolIndex::ToolIndex(const Tuning& tuning, Lexicon lexicon)
    : tuning_(tuning), lexicon_(std::move(lexicon)), parts_(std::make_unique<Parts>(tuning_)) {}
ToolIndex::~ToolIndex() = default;

base::Result<std::uint32_t> ToolIndex::replace(const ServerDocument& server,
                                               std::span<const ToolDocument> tools) {
  if (server.server.empty() || server.server.size() > kNameBytesMax) {
    return base::Error{base::ErrorCode::invalid_argument, "a server to index has no usable name",
                       ""};
  }
  if (parts_->store.tool_count() + tools.size() > kToolsMax) {
    return base::Error{base::ErrorCode::too_many,
                       fmt::format("more than {} tools cannot be indexed", kToolsMax),
                       "Disable servers or limit their tools with enabled_tools"};
  }
  for (const ToolDocument& tool : tools) {
    if (tool.name.empty() || tool.name.size() > kNameBytesMax || text_bytes(tool) > kTextBytesMax) {
      return base::Error{
          base::ErrorCode::too_large,
          fmt::format("a tool of server '{}' has no usable name or too much text", server.server),
          fmt::format("Names are 1 to {} bytes, all texts of a tool at most {} KiB", kNameBytesMax,
                      kTextBytesMax / 1024)};
    }
  }
  parts_->store.replace(server, tools);
  return parts_->store.tool_count();
}

void ToolIndex::set_availability(std::string_view server, Availability availability) {
  parts_->store.server(parts_->store.server_of(server)).availability = availability;
}

void ToolIndex::set_prior(std::string_view server, std::string_view tool, float prior) {
  const ServerId id = parts_->store.find_server(server);
  if (id == kNone) return;
  const RowId row = parts_->store.find_tool(id, tool);
  if (row != kNone) parts_->store.row(row).prior = std::clamp(prior, 0.0F, 1.0F);
}

std::vector<std::uint8_t> ToolIndex::admitted(const Query& query) const {
  const auto servers = parts_->store.servers();
  std::vector<std::uint8_t> admitted(servers.size(), 0);
  for (std::size_t i = 0; i < servers.size(); ++i) {
    const ServerRow& server = servers[i];
    admitted[i] = server.availability != Availability::hidden &&
                  (query.server.empty() || server.name == query.server) &&
                  (query.allowed == nullptr || query.allowed->contains(server.name));
  }
  return admitted;
}

SearchAnswer ToolIndex::find(const Query& query) const {
  SearchAnswer answer;
  const std::vector<std::uint8_t> admitted = this->admitted(query);
  const std::string_view text = trim(query.text);
  const QueryPlan plan = parts_->reader.read(text, lexicon_);
  if (plan.concepts.empty()) {
    list_all(query, admitted, answer);
    return answer;
  }
  for (const Concept& asked : plan.concepts) {
    if (asked.variants.empty()) {
      answer.respelled.push_back({asked.word, ""});
    } else if (asked.variants.front().reason == Reason::typo) {
      answer.respelled.push_back(
          {asked.word, std::string(parts_->store.dictionary().text(asked.variants.front().term))});
    }
  }
  parts_->ranker.rank(plan, admitted, query.read_only, parts_->ranked);
  RowId exact = exact_row(text, admitted);
  if (exact != kNone && query.read_only && !parts_->store.rows()[exact].read_only) exact = kNone;
  choose(query, exact, parts_->ranked, answer);
  if (query.explain) {
    for (Hit& hit : answer.hits) {
      const RowId row = parts_->store.find_tool(parts_->store.find_server(hit.server), hit.tool);
      hit.explanation = parts_->ranker.explain(plan, row);
    }
  }
  return answer;
}

// "server:tool" and "server__tool". Names may hold either separator, so every place is tried.
RowId ToolIndex::exact_row(std::string_view text, std::span<const std::uint8_t> admitted) const {
  if (text.size() > 2 * kNameBytesMax) return kNone;
  for (const std::string_view separator : {std::string_view(":"), std::string_view("__")}) {
    for (std::size_t at = text.find(separator); at != std::string_view::npos;
         at = text.find(separator, at + 1)) {
      const ServerId server = parts_->store.find_server(text.substr(0, at));
      if (server == kNone || admitted[server] == 0) continue;
      const RowId row = parts_->store.find_tool(server, text.substr(at + separator.size()));
      if (row != kNone) return row;
    }
  }
  return kNone;
}

Hit ToolIndex::hit_of(RowId id, float score) const {
  const ToolRow& row = parts_->store.rows()[id];
  const ServerRow& server = parts_->store.servers()[row.server];
  Hit hit;
  hit.server = server.name;
  hit.tool = parts_->store.name_of(row);
  hit.score = score;
  hit.availability = server.availability;
  hit.read_only = row.read_only;
  hit.destructive = row.destructive;
  return hit;
}

// Takes the best, but of near-identical tools only the first few.
void ToolIndex::choose(const Query& query, RowId exact, std::span<const Candidate> ranked,
                       SearchAnswer& answer) const {
  const std::uint32_t limit = std::min(query.limit, kHitsMax);
  answer.total = static_cast<std::uint32_t>(ranked.size());
  if (exact != kNone) {
    const float best = ranked.empty() ? 1.0F : ranked.front().score;
    const bool counted = std::ranges::find(ranked, exact, &Candidate::row) != ranked.end();
    if (!counted) ++answer.total;
    if (limit > 0) answer.hits.push_back(hit_of(exact, best * 2.0F));
    if (limit > 0) answer.hits.back().exact = true;
  }
  std::unordered_map<std::uint32_t, std::pair<std::uint32_t, std::size_t>>
      shown;  // twin -> count, first
  const std::size_t sorted = std::min(ranked.size(), Ranker::kRescoredMax);
  for (std::size_t i = 0; i < sorted && answer.hits.size() < limit; ++i) {
    const Candidate& candidate = ranked[i];
    if (candidate.row == exact) continue;
    auto& [count, first] = shown[parts_->store.rows()[candidate.row].twin];
    if (count == 0) first = answer.hits.size();
    if (++count > kTwinsShownMax) {
      ++answer.hits[first].twins_omitted;
      continue;
    }
    answer.hits.push_back(hit_of(candidate.row, candidate.score));
  }
}

void ToolIndex::list_all(const Query& query, std::span<const std::uint8_t> admitted,
                         SearchAnswer& answer) const {
  answer.kind = AnswerKind::listing;
  std::vector<const ServerRow*> servers;
  for (std::size_t i = 0; i < admitted.size(); ++i) {
    if (admitted[i] != 0) servers.push_back(&parts_->store.servers()[i]);
  }
  std::ranges::sort(servers, {}, &ServerRow::name);
  const std::uint32_t limit = std::min(query.limit, kHitsMax);
  for (const ServerRow* server : servers) {
    for (RowId row = server->first; row < server->first + server->count; ++row) {
      if (query.read_only && !parts_->store.rows()[row].read_only) continue;
      ++answer.total;
      if (answer.hits.size() < limit) answer.hits.push_back(hit_of(row, 0.0F));
    }
  }
}

std::vector<std::string> ToolIndex::server_names() const {
  std::vector<std::string> names;
  for (const ServerRow& server : parts_->store.servers()) {
    if (server.count > 0 && server.availability != Availability::hidden)
      names.push_back(server.name);
  }
  std::ranges::sort(names);
  return names;
}

std::uint32_t ToolIndex::tool_count() const {
  return parts_->store.tool_count();
}
std::size_t ToolIndex::bytes() const {
  return parts_->store.bytes();
}

}  // namespace search
