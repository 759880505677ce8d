#include "proxy/tools/explanation_json.h"

namespace proxy::tools {
namespace {

// What to try when a search did not rank anything.
std::string_view hint_for(const search::SearchAnswer& answer) {
  if (answer.kind == search::AnswerKind::listing) {
    return "the query has no words: these are tools by server; say what you want to do";
  }
  return "nothing matches: try other words, fewer of them, or leave out the filters";
}

void write_term(base::JsonWriter& json, const search::TermShare& share) {
  json.begin_object().field("word", share.word).field("term", share.term);
  json.field("reason", search::to_string(share.reason));
  json.field("score", static_cast<double>(share.score));
  json.key("fields").begin_object();
  for (std::size_t i = 0; i < search::kFieldCount; ++i) {
    if (share.fields[i] <= 0) continue;
    json.field(search::kFieldNames[i], static_cast<double>(share.fields[i]));
  }
  json.end_object().end_object();
}

}  // namespace

void write_explanation(base::JsonWriter& json, const search::Explanation& explanation) {
  json.key("explanation").begin_object().key("terms").begin_array();
  for (const search::TermShare& share : explanation.terms) write_term(json, share);
  json.end_array();
  json.field("clause", static_cast<double>(explanation.clause));
  json.field("server", static_cast<double>(explanation.server));
  json.field("coverage", static_cast<double>(explanation.coverage));
  json.field("act", static_cast<double>(explanation.act));
  json.field("prior", static_cast<double>(explanation.prior));
  json.field("factor", static_cast<double>(explanation.factor));
  json.end_object();
}

void write_remarks(base::JsonWriter& json, const search::SearchAnswer& answer) {
  if (!answer.respelled.empty()) {
    json.key("respelled").begin_object();
    for (const auto& word : answer.respelled) json.field(word.word, word.taken_for);
    json.end_object();
  }
  if (answer.hits.empty() || answer.kind == search::AnswerKind::listing) {
    json.field("hint", hint_for(answer));
  }
}

}  // namespace proxy::tools
