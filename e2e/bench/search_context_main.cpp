// What an answer costs in an agent's context: compact and full answers of 15 tools, beside a list
// of all tools. Tokens are bytes / 4, the usual rule of thumb for English and JSON.
//
//   search_context [--data DIR]
#include <fmt/format.h>

#include <fstream>
#include <unordered_map>

#include "base/json.h"
#include "e2e/bench/tool_corpus.h"
#include "protocol/tool_signature.h"

namespace bench {
namespace {

constexpr std::size_t kSentenceBytesMax = 160;
constexpr double kBytesPerToken = 4.0;

struct ToolJson {
  std::string compact;
  std::string full;  // as tools/list carries it, and the id
};

ToolJson json_of(const rapidjson::Document& tool) {
  const std::string_view name = base::json_string(tool, "name").value_or("");
  const std::string_view server = base::json_string(tool, "server").value_or("");
  const std::string_view description = base::json_string(tool, "description").value_or("");
  const std::string id = fmt::format("{}:{}", server, name);
  const auto* schema = base::json_object(tool, "inputSchema");
  const rapidjson::Value none(rapidjson::kObjectType);
  ToolJson json;
  base::JsonWriter compact(json.compact);
  compact.begin_object()
      .field("id", id)
      .field("signature", protocol::tool_signature(name, schema == nullptr ? none : *schema))
      .field("description", protocol::first_sentence(description, kSentenceBytesMax))
      .field("call_with", "call_tool_read")
      .end_object();
  base::JsonWriter full(json.full);
  full.begin_object().field("id", id).field("name", name).field("description", description);
  full.raw_field("inputSchema", schema == nullptr ? "{}" : base::to_json(*schema)).end_object();
  return json;
}

int run(int argc, char** argv) {
  const std::filesystem::path data =
      argc == 3 && std::string_view(argv[1]) == "--data" ? argv[2] : "e2e/data/tools";
  const auto corpora = read_tool_corpora(data);
  if (!corpora.ok()) {
    fmt::print(stderr, "search_context: {}\n", base::one_line(corpora.error()));
    return 1;
  }
  const ToolCorpus& corpus = corpora->front();
  std::unordered_map<std::string, ToolJson> tools;
  double all_bytes = 0;
  std::ifstream in(data / "tools.jsonl");
  for (std::string line; std::getline(in, line);) {
    const auto tool = base::parse_document(line);
    if (!tool.ok()) continue;
    ToolJson json = json_of(*tool);
    all_bytes += static_cast<double>(json.full.size());
    tools.emplace(fmt::format("{}:{}", base::json_string(*tool, "server").value_or(""),
                              base::json_string(*tool, "name").value_or("")),
                  std::move(json));
  }
  const auto index = index_of(corpus, {}, search::Lexicon::builtin());
  fmt::print("{} tools, {} queries; tokens of one answer (bytes / 4)\n", tools.size(),
             corpus.queries.size());
  fmt::print("{:<24} {:>9.0f}\n", "all tools at once", all_bytes / kBytesPerToken);
  for (const std::uint32_t limit : {5U, 15U}) {
    double compact = 0;
    double full = 0;
    for (const JudgedQuery& query : corpus.queries) {
      for (const auto& hit : index->find({.text = query.text, .limit = limit}).hits) {
        const ToolJson& json = tools[hit.server + ":" + hit.tool];
        compact += static_cast<double>(json.compact.size());
        full += static_cast<double>(json.full.size());
      }
    }
    const double each = kBytesPerToken * static_cast<double>(corpus.queries.size());
    fmt::print("{:<24} {:>9.0f}\n", fmt::format("compact, {} tools", limit), compact / each);
    fmt::print("{:<24} {:>9.0f}\n", fmt::format("full, {} tools", limit), full / each);
  }
  return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run(argc, argv);
}
