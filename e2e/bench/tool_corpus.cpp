#include "e2e/bench/tool_corpus.h"

#include <fmt/format.h>

#include <array>
#include <fstream>

#include "base/json.h"
#include "protocol/tool_schema_text.h"

namespace bench {
namespace {

base::Result<std::vector<rapidjson::Document>> read_lines(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) {
    return base::Error{base::ErrorCode::not_found, fmt::format("{} cannot be read", file.string()),
                       "Run it from the repository, or name the data folder"};
  }
  std::vector<rapidjson::Document> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    auto parsed = base::parse_document(line);
    if (!parsed.ok()) return std::move(parsed).error();
    lines.push_back(std::move(parsed).value());
  }
  return lines;
}

}  // namespace

base::Result<std::vector<ToolCorpus>> read_tool_corpora(const std::filesystem::path& data) {
  const std::filesystem::path golden = data / "mcpproxy_golden";
  const std::array<std::array<std::string, 3>, 3> sources{
      {{"tools of 159 servers", data / "tools.jsonl", data / "queries.jsonl"},
       {"the same tools, fresh queries", data / "tools.jsonl", data / "queries_fresh.jsonl"},
       {"mcpproxy-go golden set", golden / "tools.jsonl", golden / "queries.jsonl"}}};
  std::vector<ToolCorpus> corpora;
  for (const auto& [name, tools, queries] : sources) {
    auto corpus = read_tool_corpus(tools, queries, name);
    if (!corpus.ok()) return std::move(corpus).error();
    corpora.push_back(std::move(corpus).value());
  }
  return corpora;
}

base::Result<ToolCorpus> read_tool_corpus(const std::filesystem::path& tools_file,
                                          const std::filesystem::path& queries_file,
                                          std::string name) {
  ToolCorpus corpus;
  corpus.name = std::move(name);
  auto tools = read_lines(tools_file);
  if (!tools.ok()) return std::move(tools).error();
  for (const auto& line : *tools) {
    search::ToolDocument tool;
    tool.name = base::json_string(line, "name").value_or("");
    tool.description = base::json_string(line, "description").value_or("");
    if (const auto* schema = base::json_object(line, "inputSchema")) {
      protocol::ToolSchemaText text = protocol::tool_schema_text(*schema);
      tool.parameter_names = std::move(text.parameter_names);
      tool.parameter_texts = std::move(text.parameter_texts);
    }
    corpus.servers[std::string(base::json_string(line, "server").value_or(""))].push_back(
        std::move(tool));
    ++corpus.tool_count;
  }
  auto queries = read_lines(queries_file);
  if (!queries.ok()) return std::move(queries).error();
  for (const auto& line : *queries) {
    JudgedQuery query;
    query.id = base::json_string(line, "id").value_or("");
    query.text = base::json_string(line, "query").value_or("");
    if (const auto* relevant = base::json_array(line, "relevant")) {
      for (const auto& id : relevant->GetArray()) {
        if (id.IsString()) query.gains[std::string(base::json_text(id))] = 1;
      }
    }
    if (const auto* grades = base::json_object(line, "grades")) {
      for (auto& [id, gain] : query.gains) {
        gain = static_cast<int>(base::json_int(*grades, id).value_or(1));
      }
    }
    corpus.queries.push_back(std::move(query));
  }
  return corpus;
}

std::unique_ptr<search::ToolIndex> index_of(const ToolCorpus& corpus, const search::Tuning& tuning,
                                            const search::Lexicon& lexicon) {
  auto index = std::make_unique<search::ToolIndex>(tuning, lexicon);
  for (const auto& [server, tools] : corpus.servers) {
    const auto indexed = index->replace({server, "", {}}, tools);
    if (!indexed.ok()) fmt::print(stderr, "{}: {}\n", server, base::one_line(indexed.error()));
  }
  return index;
}

}  // namespace bench
