// A corpus of tools and judged queries, as e2e/data/tools holds them. Value; read once, single
// thread.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "search/tool_index.h"

namespace bench {

struct JudgedQuery {
  std::string id;  // its family up to the first '-'
  std::string text;
  std::map<std::string, int> gains;  // "server:tool" -> gain for nDCG, all relevant
  std::string family() const { return id.substr(0, id.find('-')); }
};

struct ToolCorpus {
  std::string name;
  std::map<std::string, std::vector<search::ToolDocument>> servers;
  std::vector<JudgedQuery> queries;
  std::size_t tool_count = 0;
};

base::Result<ToolCorpus> read_tool_corpus(const std::filesystem::path& tools,
                                          const std::filesystem::path& queries, std::string name);

// The three that e2e/data/tools holds: the tools of 159 servers with their judged queries, the same
// tools with queries written later, blind to all tuning before them, and mcpproxy-go's golden set.
base::Result<std::vector<ToolCorpus>> read_tool_corpora(const std::filesystem::path& data);

// The whole corpus in an index.
std::unique_ptr<search::ToolIndex> index_of(const ToolCorpus& corpus, const search::Tuning& tuning,
                                            const search::Lexicon& lexicon);

}  // namespace bench
